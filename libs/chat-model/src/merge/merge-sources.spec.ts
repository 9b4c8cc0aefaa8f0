import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { arbitraryConversation, arbitraryMessage } from '../../test/arbitraries';
import { decodeSegment, encodeSegment, mergeSources, type ChatSource, type Conversation, type Message } from '../index';
import { canonicalJson, mergeMessage } from './merge-message';

interface Content {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}

const sourceOf = (format: string, ...contents: readonly Content[]): ChatSource => ({
  format,
  counts: { chats: contents.length, messages: contents.flatMap(({ messages }) => messages).length },
  conversations: () =>
    contents.map(({ conversation, messages }) => ({
      conversation,
      messageCount: messages.length,
      messages: () => messages,
    })),
  close: () => undefined,
});
const contentsOf = (source: ChatSource): readonly Content[] =>
  [...source.conversations()].map(({ conversation, messageCount, messages }) => {
    const list = [...messages()];
    expect(list).toHaveLength(messageCount);
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    return { conversation, messages: list };
  });
const again = (source: ChatSource): ChatSource => sourceOf(source.format, ...contentsOf(source));

/** A history without the order of its conversations, messages and participants; ids that are positions go with the order. */
const inContent = (source: ChatSource): readonly string[] =>
  contentsOf(source)
    .flatMap(({ conversation: { participants, ...rest }, messages }) => [
      canonicalJson({ ...rest, participants: participants.map(canonicalJson).sort() }),
      ...messages.map(({ id, ...one }) => canonicalJson([rest.id, source.format === 'export-chat' ? '' : id, one])),
    ])
    .sort();

const conversation: Conversation = { id: 'c', kind: 'group', title: 'Friends', participants: [] };
const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  senderId: 'anna',
  isFromSelf: false,
  timeMs: 1_700_000_000_000 + 1000 * Number(id),
  kind: 'text',
  text: `text ${id}`,
  ...more,
});
const merge = (format: string, ...lists: readonly (readonly Message[])[]): readonly Message[] =>
  contentsOf(mergeSources(lists.map((messages) => sourceOf(format, { conversation, messages }))))[0]!.messages;
const idsOf = (messages: readonly Message[]): readonly string[] => messages.map(({ id }) => id);

/**
 * Two copies of a history that went apart: each lacks some messages, and some were edited, deleted or reacted to in one of them. Few
 * values for everything that messages are told apart by, so that they meet.
 */
const base = fc.uniqueArray(
  fc.record({
    number: fc.nat({ max: 12 }),
    timeMs: fc.constantFrom(1000, 2000, 3000),
    text: fc.constantFrom('ok', 'yes', 'no'),
    isLeft: fc.boolean(),
    isRight: fc.boolean(),
    change: fc.constantFrom<Partial<Message>>(
      {},
      { kind: 'deleted' },
      { text: 'changed', edits: [{ timeMs: 5000 }], marks: ['edited'] },
      { reactions: [{ senderId: null, text: '👍' }] },
      { extras: { fact: 1 } },
      { delivery: 'sent' },
      { delivery: 'read', receivedMs: 1500 },
      { extras: { receivedMs: 'never', fact: 2 } },
    ),
  }),
  { selector: ({ number }) => number, maxLength: 10 },
);
type Base = typeof base extends fc.Arbitrary<infer T> ? T : never;

function lists(messages: Base): readonly [readonly Message[], readonly Message[]] {
  const sorted = [...messages].sort((one, other) => one.timeMs - other.timeMs || one.number - other.number);
  const of = ({ number, timeMs, text }: Base[number]): Message => message(String(number), { timeMs, text });
  return [
    sorted.filter(({ isLeft }) => isLeft).map(of),
    sorted.filter(({ isRight }) => isRight).map((entry) => ({ ...of(entry), ...entry.change })),
  ];
}

/** Whether a message of the result holds what one of a source said. */
function holds(candidate: Message, { timeMs, text, reactions }: Message): boolean {
  const others = (candidate.extras?.['otherTexts'] as readonly string[] | undefined) ?? [];
  return (
    candidate.timeMs === timeMs &&
    [candidate.text, ...others].includes(text) &&
    (reactions === undefined || candidate.reactions !== undefined)
  );
}

/**
 * The messages of a list for which none is left in the result, when each gets one of its own. A message may give up its place for
 * another one's sake: the first that fits may be the only one that fits somebody else.
 */
function withoutPlace(list: readonly Message[], result: readonly Message[]): readonly Message[] {
  const ownerOf = new Map<number, Message>();
  const place = (message: Message, tried: Set<number>): boolean =>
    result.some((candidate, at) => {
      if (tried.has(at) || !holds(candidate, message)) return false;
      tried.add(at);
      const owner = ownerOf.get(at);
      if (owner !== undefined && !place(owner, tried)) return false;
      ownerOf.set(at, message);
      return true;
    });
  return list.filter((message) => !place(message, new Set()));
}

describe.each(['some-service', 'whatsapp-msgstore', 'export-chat'])('mergeSources of %s', (format) => {
  const source = (messages: readonly Message[]): ChatSource => sourceOf(format, { conversation, messages });

  property.prop([base])('gives the same whatever comes first, and nothing new when it is merged once more', (all) => {
    const [left, right] = lists(all);
    const merged = mergeSources([source(left), source(right)]);
    expect(inContent(mergeSources([source(right), source(left)]))).toEqual(inContent(merged));
    expect(inContent(mergeSources([again(merged), source(left)]))).toEqual(inContent(merged));
    expect(inContent(mergeSources([source(right), again(merged)]))).toEqual(inContent(merged));
    expect(contentsOf(mergeSources([again(merged), again(merged)]))).toEqual(contentsOf(merged));
  });
  property.prop([base])('loses no message and no text of either', (all) => {
    const [left, right] = lists(all);
    const merged = merge(format, left, right);
    expect(merged.length).toBeGreaterThanOrEqual(Math.max(left.length, right.length));
    expect(merged.length).toBeLessThanOrEqual(left.length + right.length);
    for (const list of [left, right]) expect(withoutPlace(list, merged)).toEqual([]);
  });
});

describe('mergeSources', () => {
  property.prop(
    [fc.array(fc.tuple(arbitraryConversation, fc.array(arbitraryMessage, { maxLength: 4 })), { maxLength: 3 })],
    {
      numRuns: 30,
    },
  )('gives any history back when it is merged with itself', (all) => {
    const ids = new Set<string>();
    const contents = all
      .map(([own, messages]) => ({
        conversation: own,
        messages: [...new Map(messages.map((one) => [one.id, one])).values()],
      }))
      .filter(({ conversation: { id } }) => !ids.has(id) && ids.add(id));
    const whole = sourceOf('some-service', ...contents);
    const merged = mergeSources([whole, whole]);
    for (const { messages } of contentsOf(merged)) expect(() => encodeSegment(messages)).not.toThrow();
    expect(merged.counts).toEqual(whole.counts);
    expect(contentsOf(merged).map(({ messages }) => idsOf(messages))).toEqual(
      contents.map(({ messages }) => idsOf(messages)),
    );
  });
  property.prop([arbitraryMessage, arbitraryMessage])(
    'takes any two messages for one without breaking a rule',
    (one, other) => {
      const merged = mergeMessage(one, other);
      expect(() => encodeSegment([merged])).not.toThrow();
      expect(mergeMessage(other, one)).toEqual(merged);
      expect(canonicalJson(mergeMessage(merged, one))).toBe(canonicalJson(merged));
      expect(canonicalJson(mergeMessage(other, merged))).toBe(canonicalJson(merged));
    },
  );
  it('puts an older and a newer backup together, with what changed in between', () => {
    const old = [message('1'), message('2'), message('3')];
    const later = [
      message('2', { text: 'edited', marks: ['edited'], edits: [{ timeMs: 1_700_000_010_000 }] }),
      { ...message('3'), kind: 'deleted' as const, text: undefined },
      message('4', { reactions: [{ senderId: null, text: '👍' }] }),
    ].map(({ text, ...rest }) => (text === undefined ? rest : { ...rest, text })) as readonly Message[];
    const merged = merge('whatsapp-msgstore', old, later);
    expect(idsOf(merged)).toEqual(['1', '2', '3', '4']);
    expect(merged[1]).toMatchObject({ text: 'edited', extras: { otherTexts: ['text 2'] } });
    expect(merged[2]).toMatchObject({ kind: 'text', text: 'text 3', extras: { deletedInAnotherCopy: true } });
  });
  it('takes the further state of a message, and the field of one copy for what the other could not say by it', () => {
    const merged = merge(
      'whatsapp-msgstore',
      [message('1', { delivery: 'sent', receivedMs: 5 }), message('2', { extras: { receivedMs: 'never' } })],
      [message('1', { delivery: 'read', extras: { receivedMs: 'never' } }), message('2')],
    );
    expect(merged[0]).toMatchObject({ delivery: 'read', receivedMs: 5 });
    expect(merged[0]).not.toHaveProperty('extras');
    expect(merged[1]).toMatchObject({ extras: { receivedMs: 'never' } });
    expect(decodeSegment(encodeSegment(merged))).toEqual(merged);
  });
  it('knows messages again that another phone gave other row numbers, and keeps apart those that share one', () => {
    const [one, two] = [message('1'), message('2')];
    const elsewhere = [{ ...two, id: '1' }, message('7', { quote: { messageId: '1' } })];
    const merged = merge('whatsapp-msgstore', [one, two], elsewhere);
    expect(merged.map(({ text }) => text)).toEqual(['text 1', 'text 2', 'text 7']);
    // the quoted one is text 2, whose id was 1 over there
    expect(merged[2]!.quote!.messageId).toBe(merged[1]!.id);
  });
  it('believes lasting ids: two equal messages of one second are two', () => {
    const merged = merge(
      'telegram-export',
      [message('5', { timeMs: 0, text: 'ok' })],
      [message('6', { timeMs: 0, text: 'ok' })],
    );
    expect(idsOf(merged)).toEqual(['5', '6']);
  });
  it('puts two text exports together that begin on different days, with media that one of them lacks', () => {
    const line = (id: string, minute: number, more: Partial<Message> = {}): Message =>
      message(id, { timeMs: null, localTime: `2020-12-31T23:${minute}`, text: `line ${minute}`, ...more });
    const { text: _text, ...picture } = line('3', 12, {
      kind: 'image',
      media: { path: 'IMG-1.jpg', name: 'IMG-1.jpg' },
    });
    const { text: _words, ...omitted } = line('2', 12, {
      kind: 'unsupported',
      unsupportedType: 'media',
      media: { isOmitted: true },
    });
    const merged = merge(
      'export-chat',
      [line('1', 10), line('2', 11), picture],
      [line('1', 11), omitted, line('3', 13)],
    );
    expect(idsOf(merged)).toEqual(['1', '2', '3', '4']);
    expect(merged.map(({ localTime }) => localTime!.slice(-2))).toEqual(['10', '11', '12', '13']);
    expect(merged[2]).toMatchObject({ kind: 'image', media: { path: 'IMG-1.jpg' } });
    expect(merged[2]!.media!.isOmitted).toBeUndefined();
  });
  describe('of a chat database and a text export of the same chat', () => {
    const participants = [{ id: 'anna@s', name: 'Anna' }];
    const minute = 60_000 * 28_000_000;
    const row = (id: string, seconds: number, more: Partial<Message>): Message =>
      message(id, { senderId: 'anna@s', timeMs: minute + 1000 * seconds + 7, ...more });
    const line = (id: string, minutes: number, more: Partial<Message>): Message =>
      message(id, { senderId: 'Anna', timeMs: minute + 60_000 * minutes, localTime: '2023-03-28T00:00', ...more });
    const own = { senderId: null, isFromSelf: true } as const;
    const database = (kind: Conversation['kind'], ...messages: readonly Message[]): ChatSource =>
      sourceOf('whatsapp-msgstore', { conversation: { id: 'anna@s', kind, title: 'Anna', participants }, messages });
    const text = (...messages: readonly Message[]): ChatSource =>
      sourceOf('export-chat', {
        conversation: { id: 'Anna', kind: 'direct', title: 'Anna', participants: [] },
        messages,
      });
    const rows = [row('1', 5, { text: 'ok' }), row('2', 9, { ...own, text: 'ok' }), row('3', 70, { text: 'later' })];
    const lines = [
      line('1', -1, { text: 'deleted since' }),
      line('2', 0, { text: 'ok' }),
      line('3', 0, { senderId: 'Me', text: 'ok' }),
      line('4', 1, { text: 'later' }),
    ];

    it('takes a line for the message that it shows, and adds what the database lacks', () => {
      for (const sources of [
        [database('direct', ...rows), text(...lines)],
        [text(...lines), database('direct', ...rows)],
      ]) {
        const merged = mergeSources(sources);
        const [{ conversation: about, messages }] = contentsOf(merged) as [Content];
        expect(merged.counts).toEqual({ chats: 1, messages: 4 });
        expect(about).toMatchObject({ id: 'anna@s', participants });
        expect(messages.map(({ id, senderId, text: words }) => [id, senderId, words])).toEqual([
          ['text:1', 'anna@s', 'deleted since'],
          ['1', 'anna@s', 'ok'],
          ['2', null, 'ok'],
          ['3', 'anna@s', 'later'],
        ]);
        expect(messages[1]!.timeMs).toBe(rows[0]!.timeMs);
        expect(inContent(mergeSources([again(merged), text(...lines)]))).toEqual(inContent(merged));
      }
    });
    it('leaves them apart where it cannot be told who is who', () => {
      const chats = (...sources: readonly ChatSource[]): number => mergeSources(sources).counts.chats;
      const group = database('group', ...rows);
      // the owner of the group shows by words that are theirs in both
      expect(chats(group, text(...lines))).toBe(1);
      expect(chats(group, text(line('1', 0, { senderId: 'Me', text: 'other words' })))).toBe(2);
      expect(chats(group, text(...lines, line('5', 2, { senderId: 'Somebody' })))).toBe(2);
      expect(chats(database('direct', ...rows), text({ ...lines[0]!, timeMs: null }))).toBe(2);
      const namesake = { id: 'b', kind: 'direct', title: 'Anna', participants: [] } as const;
      const two = sourceOf('whatsapp-msgstore', { conversation: namesake, messages: [] });
      expect(chats(database('direct', ...rows), two, text(...lines))).toBe(3);
    });
  });
  it('keeps conversations that only one source has, and names its format where they differ', () => {
    const other = { ...conversation, id: 'd' };
    const merged = mergeSources([
      sourceOf('a', { conversation, messages: [message('1')] }),
      sourceOf('b', { conversation: other, messages: [message('1')] }),
    ]);
    expect(merged).toMatchObject({ format: 'merged', counts: { chats: 2, messages: 2 } });
  });
  it('takes the title and state of the copy with the newer message', () => {
    const copy = (about: Partial<Conversation>, id: string): ChatSource =>
      sourceOf('a', { conversation: { ...conversation, ...about }, messages: [message(id)] });
    const participants = [{ id: 'anna', name: 'Anna' }];
    const merged = mergeSources([
      copy({ title: 'New', createdMs: 5 }, '9'),
      copy({ title: 'Old', isArchived: true, createdMs: 3, participants }, '1'),
    ]);
    expect(contentsOf(merged)[0]!.conversation).toEqual({ ...conversation, title: 'New', createdMs: 3, participants });
  });
});
