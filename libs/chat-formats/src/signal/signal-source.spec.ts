import { fc, test as property } from '@fast-check/vitest';
import { encodeSegment, type Message } from '@coffer/chat-model';
import { delimited, protobuf, varint, type ProtobufInput } from '@coffer/test-kit/node';
import { describe, expect, it } from 'vitest';
import { expectParts } from '../../test/expect-parts';
import { ChatFormatError } from '../errors';
import { openSignalRecords, type SignalSource } from './signal-source';

const aci = (digit: number): Uint8Array => new Uint8Array(16).fill(digit * 0x11);
const aciText = (digit: number): string => [8, 4, 4, 4, 12].map((length) => `${digit}`.repeat(length)).join('-');

let closed = 0;
const open = (bytes: Uint8Array): SignalSource =>
  openSignalRecords({
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => {
      closed++;
    },
  });

const info: ProtobufInput = [
  [1, 1],
  [2, 1_700_000_000_000],
];
const self: ProtobufInput = [
  [
    2,
    [
      [1, 1],
      [5, []],
    ],
  ],
];
const contact = (id: number, ...fields: ProtobufInput): ProtobufInput => [
  [
    2,
    [
      [1, id],
      [2, [[1, aci(id)], ...fields]],
    ],
  ],
];
const chat = (id: number, recipient: number): ProtobufInput => [
  [
    3,
    [
      [1, id],
      [2, recipient],
    ],
  ],
];
const item = (chatId: number, author: number, sent: number, ...content: ProtobufInput): ProtobufInput => [
  [4, [[1, chatId], [2, author], [3, sent], ...content]],
];
const incoming = [8, [[1, 5]]] as const;
const outgoing = [9, []] as const;
const words = (text: string) => [11, [[2, [[1, text]]]]] as const;

const read = (...frames: readonly ProtobufInput[]): readonly (readonly Message[])[] =>
  [...open(delimited(info, ...frames)).conversations()].map((entry) => {
    const all = [...entry.messages()];
    expectParts(entry, all);
    return all;
  });
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'ok';
  } catch (error) {
    if (!(error instanceof ChatFormatError)) throw error;
    return error.code;
  }
};

describe('openSignalRecords', () => {
  it('takes a number for no field that Protocol Buffers do not have', () => {
    const field = Buffer.concat([varint(2n ** 60n * 8n), Buffer.of(1)]);
    const bytes = Buffer.concat([
      protobuf([
        [1, 1],
        [2, 1],
        [3, 5],
      ]),
      field,
    ]);
    const frame = protobuf([[4, bytes]]);
    const whole = Buffer.concat([delimited(info, self, chat(1, 1)), varint(frame.length), frame]);
    const [conversation] = open(whole).conversations();
    expect(codeOf(() => [...conversation!.messages()])).toBe('damaged');
  });

  it('names in a group also those who wrote and are in it no longer, but neither the owner nor the group', () => {
    const group: ProtobufInput = [
      [
        2,
        [
          [1, 9],
          [
            3,
            [
              [1, Buffer.alloc(32)],
              [5, [[7, [[1, aci(2)]]]]],
            ],
          ],
        ],
      ],
    ];
    const source = open(
      delimited(
        info,
        self,
        contact(2, [11, 'Bo']),
        contact(3, [11, 'Cem']),
        contact(4, [11, 'Dea']),
        group,
        chat(7, 9),
        chat(8, 4),
        item(7, 3, 1, incoming, words('bye')),
        item(7, 1, 2, outgoing, words('oh')),
        item(7, 9, 3, [10, []], [15, [[2, [[1, [[29, []]]]]]]]),
        item(8, 4, 4, incoming, words('elsewhere')),
      ),
    );
    expect([...source.conversations()].map(({ conversation }) => conversation.participants)).toEqual([
      [
        { id: aciText(2), name: 'Bo' },
        { id: aciText(3), name: 'Cem' },
      ],
      [{ id: aciText(4), name: 'Dea' }],
    ]);
  });
  it('says who is mentioned and who voted as other formats do', () => {
    const at = (start: number, digit: number): ProtobufInput[number] => [
      2,
      [
        [1, start],
        [2, 1],
        [3, aci(digit)],
      ],
    ];
    const text = '\ufffc or \ufffc';
    const vote = (voter: number): ProtobufInput[number] => [
      2,
      [
        [1, voter],
        [2, 4],
      ],
    ];
    const option = (name: string, ...votes: ProtobufInput): ProtobufInput[number] => [3, [[1, name], ...votes]];
    const messages = read(
      self,
      contact(2),
      contact(3),
      chat(7, 2),
      item(7, 2, 1, incoming, [
        11,
        [
          [
            2,
            [
              [1, text],
              at(5, 3),
              [
                2,
                [
                  [1, 2],
                  [2, 2],
                  [4, 1],
                ],
              ],
              at(0, 2),
            ],
          ],
        ],
      ]),
      item(7, 2, 2, incoming, [
        20,
        [[1, 'When?'], option('now', vote(2), vote(1)), option('now'), option('later', vote(3))],
      ]),
    );
    const [mention, poll] = messages[0]!;
    expect(mention!.extras!['mentions']).toEqual([aciText(2), aciText(3)]);
    expect((mention!.extras!['text'] as { ranges: readonly object[] }).ranges).toHaveLength(3);
    expect(poll).toMatchObject({ text: 'When?', poll: { options: ['now', 'now', 'later'] } });
    expect(poll!.extras!['pollVotes']).toEqual([
      { option: 'now', index: 0, senderId: aciText(2), count: 4 },
      { option: 'now', index: 0, isFromSelf: true, count: 4 },
      { option: 'later', index: 2, senderId: aciText(3), count: 4 },
    ]);
  });
  it('puts messages to their conversations in the order of the backup, and knows who wrote them', () => {
    const source = open(
      delimited(
        info,
        self,
        contact(
          2,
          [
            16,
            [
              [1, 'Bo'],
              [2, 'Example'],
            ],
          ],
          [11, 'profile'],
        ),
        contact(3, [4, 15_550_003]),
        chat(7, 2),
        chat(8, 3),
        item(7, 2, 1000, incoming, words('first')),
        item(8, 3, 900, incoming, words('elsewhere')),
        item(7, 1, 800, outgoing, words('answer')),
      ),
    );
    expect(source.counts).toEqual({ chats: 2, messages: 3 });
    const [first, second] = [...source.conversations()];
    expect(first!.conversation).toEqual({
      id: aciText(2),
      kind: 'direct',
      title: 'Bo Example',
      participants: [{ id: aciText(2), name: 'Bo Example' }],
    });
    expect([...first!.messages()]).toEqual([
      {
        id: `1000.${aciText(2)}`,
        senderId: aciText(2),
        isFromSelf: false,
        timeMs: 1000,
        kind: 'text',
        text: 'first',
        receivedMs: 5,
      },
      {
        id: '800.self',
        senderId: null,
        isFromSelf: true,
        timeMs: 800,
        kind: 'text',
        text: 'answer',
        extras: { outgoing: {} },
      },
    ]);
    expect(second!.conversation).toMatchObject({ title: '+15550003', extras: { phone: '+15550003' } });
    expect([...second!.messages()]).toEqual([...second!.messages()]);
  });
  it('tells messages apart that have author and instant in common', () => {
    const [messages] = read(
      ...[self, contact(2), contact(3), chat(1, 2)],
      ...[2, 3, 2, 1, 2].map((author) => item(1, author, 1000, incoming, words('x'))),
      item(1, 2, 1001, incoming, words('x')),
    );
    const id = `1000.${aciText(2)}`;
    expect(messages!.map((message) => message.id)).toEqual([
      ...[id, `1000.${aciText(3)}`, `${id}#2`, '1000.self', `${id}#3`],
      `1001.${aciText(2)}`,
    ]);
  });
  it('keeps fields, kinds and frames that it does not know, and says how many', () => {
    const bytes = delimited(
      ...[info, contact(2), chat(1, 2), []],
      [[99, 'a frame of a later version']],
      item(1, 2, 1000, incoming, [77, 'a kind of a later version'], [78, 2n ** 63n]),
      item(1, 2, 1001, incoming, [
        11,
        [
          [
            2,
            [
              [1, 'hi'],
              [50, 3],
            ],
          ],
          [60, 'more'],
        ],
      ]),
      item(1, 2, 1002, [10, []], [15, [[70, [[1, 2]]]]]),
    );
    const source = open(bytes);
    expect(source.frameCounts.get('unknown')).toBe(1);
    expect(source.frameCounts.get('empty')).toBe(1);
    const [conversation] = source.conversations();
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    expect([...conversation!.messages()]).toMatchObject([
      {
        kind: 'unsupported',
        unsupportedType: 'unknown',
        extras: {
          unknown: [
            { number: 77, value: hex('a kind of a later version') },
            { number: 78, value: String(2n ** 63n) },
          ],
        },
      },
      {
        kind: 'text',
        text: 'hi',
        extras: { text: { unknown: [{ number: 50, value: '3' }] }, unknown: [{ number: 60 }] },
      },
      { kind: 'system', system: { action: 'unknown' }, extras: { unknown: [{ number: 70, value: '0802' }] } },
    ]);
  });
  it('keeps messages whose conversation or author nothing names', () => {
    const source = open(
      delimited(info, item(5, 9, 1000, incoming, words('lost')), [
        [4, [[1, 5], [2, 9], [3, 2n ** 62n], words('late')]],
      ]),
    );
    const [conversation] = source.conversations();
    expect(conversation!.conversation).toMatchObject({ id: 'chat:5', kind: 'unknown', title: 'chat:5' });
    const messages = [...conversation!.messages()];
    expect(messages).toMatchObject([{ senderId: 'recipient:9', text: 'lost' }, { timeMs: null }]);
    expect(encodeSegment(messages).length).toBeGreaterThan(0);
  });
  it('keeps two recipients of one account apart', () => {
    const source = open(
      delimited(
        info,
        contact(2),
        [
          [
            2,
            [
              [1, 4],
              [2, [[1, aci(2)]]],
            ],
          ],
        ],
        chat(1, 2),
        chat(2, 4),
      ),
    );
    const ids = [...source.conversations()].map(({ conversation }) => conversation.id);
    expect(ids).toEqual([aciText(2), `${aciText(2)}#4`]);
  });
  it('survives text that is no UTF-8', () => {
    const text = [11, [[2, [[1, Uint8Array.of(0x61, 0xff, 0x62)]]]]] as const;
    expect(read(contact(2), chat(1, 2), item(1, 2, 1000, incoming, text))[0]).toMatchObject([{ text: 'a\ufffdb' }]);
  });
  it('reads packed and single numbers of a list alike', () => {
    const list = (members: ProtobufInput): ProtobufInput => [
      [
        2,
        [
          [1, 9],
          [
            4,
            [
              [1, aci(9)],
              [3, [[1, 'L'], ...members]],
            ],
          ],
        ],
      ],
    ];
    for (const members of [
      [
        [4, 2],
        [4, 3],
      ],
      [[4, Buffer.concat([varint(2), varint(3)])]],
    ] as const) {
      const [conversation] = open(delimited(info, contact(2), contact(3), list(members), chat(1, 9))).conversations();
      expect(conversation!.conversation).toMatchObject({
        kind: 'broadcast',
        title: 'L',
        participants: [{ id: aciText(2) }, { id: aciText(3) }],
      });
    }
  });
});

describe('openSignalRecords on what is broken', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'damaged'],
    ['a record that is cut off', Buffer.concat([varint(10), protobuf(info)]), 'damaged'],
    ['a length that is cut off', Buffer.concat([delimited(info), Buffer.of(0x80)]), 'damaged'],
    ['a length without an end', Buffer.concat([delimited(info), Buffer.alloc(12, 0xff)]), 'damaged'],
    ['a length beyond the limit', Buffer.concat([delimited(info), varint(2 ** 40)]), 'too-large'],
    ['another version', delimited([[1, 2]]), 'unsupported-format'],
    ['a field that is cut off', Buffer.concat([delimited(info), varint(3), Buffer.of(0x12, 5, 0)]), 'damaged'],
    ['a group, which is no field', Buffer.concat([delimited(info), varint(1), Buffer.of(0x13)]), 'damaged'],
  ])('says what is wrong with %s, and lets go of it', (_name, bytes, code) => {
    const before = closed;
    expect(codeOf(() => open(bytes))).toBe(code);
    expect(closed).toBe(before + 1);
  });
  const whole = delimited(
    ...[info, self, contact(2, [11, 'Bo']), chat(1, 2)],
    item(1, 2, 1000, incoming, words('hello'), [6, [[3, 900], incoming, words('helo')]]),
    item(1, 1, 1001, outgoing, [
      20,
      [
        [1, 'when?'],
        [
          3,
          [
            [1, 'now'],
            [
              2,
              [
                [1, 2],
                [2, 1],
              ],
            ],
          ],
        ],
      ],
    ]),
    item(
      1,
      2,
      1002,
      [10, []],
      [
        15,
        [
          [
            2,
            [
              [
                1,
                [
                  [
                    3,
                    [
                      [1, aci(2)],
                      [2, 'new name'],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ),
  );
  property.prop([fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })], { numRuns: 500 })(
    'reads changed bytes to messages that can be stored, or says what is wrong',
    (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const code = codeOf(() => {
        for (const { messages } of open(bytes).conversations()) {
          const all = [...messages()];
          if (all.length > 0) encodeSegment(all);
        }
      });
      expect(['ok', 'damaged', 'too-large', 'unsupported-format']).toContain(code);
    },
  );
});
