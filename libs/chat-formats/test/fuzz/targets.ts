import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { jsonDocument } from '@coffer/chat-model';
import {
  delimited,
  phoneKeyFile,
  testAci,
  testKeyDigits,
  testRecoveryKey,
  writeAndroidFile,
  writeCryptFile,
  writeSignalFile,
  type CryptFileRecipe,
  type ProtobufInput,
} from '@coffer/test-kit/node';
import { zipSync, zlibSync } from 'fflate';
import type { OpenOptions } from '../../src/open-options';
import { parseBackupKeyDigits, readWhatsAppKeyFile } from '../../src/whatsapp/backup-key';
import { readVCardNames } from '../../src/whatsapp/vcard-names';
import { parseAci, parseRecoveryKey, readForwardSecrecyToken } from '../../src/signal/recovery-key';
import { androidRecords, newerDatabase, newerMsgstore, olderDatabase } from '../conformance/samples';
import { mutateBytes, type Mutation } from './byte-mutations';
import { mutateLines } from './line-mutations';
import { androidKeys, androidOpeners, openersWith, type HalvesOpeners } from './openers';
import { mutatePages } from './page-mutations';
import type { Opener } from './try-file';

/** A reader, and whole contents for it that are changed. */
export interface FuzzTarget {
  readonly name: string;
  readonly contents: readonly Uint8Array[];
  readonly mutate: Mutation;
  /** Puts a content into its container as its owner would, with right check values; the content itself unless told. */
  readonly seal?: (content: Uint8Array) => Uint8Array;
  /** One for each half of the lib. */
  readonly openers: readonly Opener[];
}

const key = parseBackupKeyDigits(testKeyDigits);
const { phoneKey } = readWhatsAppKeyFile(phoneKeyFile());
const signalKeys = { recoveryKey: parseRecoveryKey(testRecoveryKey), aci: parseAci(testAci) };
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const exported = [
  '31/12/2020, 23:58 - Messages are end-to-end encrypted.\n31/12/2020, 23:59 - Anna: hi: there\nmore\n\n31/12/2020, 23:59 - Bo: IMG-20201231-WA0001.jpg (file attached)\ncaption\n31/12/2020, 23:59 - Anna: <Media omitted>\n',
  '\ufeff[15.11.04, 12:18:01] Anna: \u200eimage omitted\n\u200e[15.11.04, 12:18:02] Bo: \u200e<attached: 00000042-PHOTO-2021.jpg>\n[15.11.04, 12:18:03] Anna: words <This message was edited>\n',
  '6/30/23, 1:02\u202fPM - Cy: location: https://maps.google.com/?q=52.5,13.4\n7/1/23, 1:02\u202fAM - Cy: This message was deleted\n',
].map(text);

const telegramFolder = join(import.meta.dirname, '../telegram-cases');
const telegram = readdirSync(telegramFolder).map((name) => readFileSync(join(telegramFolder, name, 'result.json')));

const signalRecords = delimited(
  [
    [1, 1],
    [2, 1_600_000_000_000],
  ],
  [
    [
      2,
      [
        [1, 1],
        [5, []],
      ],
    ],
  ],
  [
    [
      2,
      [
        [1, 2],
        [
          2,
          [
            [1, Buffer.alloc(16, 7)],
            [3, 491_700_000_000],
            [9, 'Anna'],
          ],
        ],
      ],
    ],
  ],
  [
    [
      2,
      [
        [1, 3],
        [
          3,
          [
            [1, Buffer.alloc(32, 9)],
            [5, [[2, [[1, 'Walkers']]]]],
          ],
        ],
      ],
    ],
  ],
  [
    [
      3,
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ],
  [
    [
      3,
      [
        [1, 2],
        [2, 3],
      ],
    ],
  ],
  ...Array.from(
    { length: 6 },
    (_, index) =>
      [
        [
          4,
          [
            [1, 1 + (index % 2)],
            [2, 1 + (index % 3)],
            [3, 1_600_000_001_000 + index],
            [index % 2 === 0 ? 8 : 9, []],
            [11, [[2, [[1, `words ${index}`]]]]],
          ],
        ],
      ] as const,
  ),
);

const withKeys = (options: OpenOptions, name: string): HalvesOpeners => openersWith({ name, options });

function cryptTargets(generation: CryptFileRecipe['generation']): readonly FuzzTarget[] {
  const openers = withKeys({ key, ...(phoneKey ? { phoneKey } : {}) }, `msgstore.db.${generation}`);
  const whole = [true, false].map((withChecksum) =>
    writeCryptFile({ generation, content: newerDatabase(), withChecksum }),
  );
  const target = { name: `${generation} container`, contents: whole, mutate: mutateBytes, openers };
  if (generation !== 'crypt15') return [target];
  const seal = (content: Uint8Array): Uint8Array => writeCryptFile({ generation, content, isStored: true });
  const files = zipSync({ 'messages.bin': signalRecords, 'stickers/a.webp': text('x') });
  return [
    target,
    { name: 'what is in a crypt15', contents: [zlibSync(newerDatabase()), files], mutate: mutateBytes, seal, openers },
  ];
}

/** Files that hold keys: there is nothing in them to open. */
const readerOf =
  (read: (bytes: Uint8Array) => unknown): Opener =>
  async (bytes) => {
    read(bytes);
    return undefined;
  };

const keyTargets: readonly FuzzTarget[] = [
  {
    name: 'key files of WhatsApp',
    contents: [
      phoneKeyFile(),
      Buffer.from(`aced0005757200025b42acf317f8060854e0020000787000000020${testKeyDigits}`, 'hex'),
      text(testKeyDigits),
    ],
    mutate: mutateBytes,
    openers: [readerOf(readWhatsAppKeyFile)],
  },
  {
    name: 'tokens of Signal',
    contents: [text(testKeyDigits), Buffer.alloc(32, 7)],
    mutate: mutateBytes,
    openers: [readerOf(readForwardSecrecyToken)],
  },
  {
    name: 'address books',
    contents: [
      text(
        'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ahorn;Anna;;;\r\nFN:Anna\r\nTEL;TYPE=CELL:+49 170 1234567\r\nEND:VCARD\r\n',
      ),
      text(
        'BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:J=C3=BCr=\ngen\nitem1.TEL;waid=4917012345:0170\n 12345\nEND:VCARD\n',
      ),
    ],
    mutate: mutateLines,
    openers: [readerOf((bytes) => readVCardNames({ sizeBytes: bytes.length, read: () => bytes }))],
  },
];

function signalTargets(): readonly FuzzTarget[] {
  const openers = withKeys({ signalKeys }, 'signal.binproto.encrypted');
  const forms = ['modern', 'legacy'] as const;
  return [
    {
      name: 'Signal container',
      contents: forms.map((form) => writeSignalFile({ form, records: signalRecords })),
      mutate: mutateBytes,
      openers,
    },
    {
      name: 'Signal records',
      contents: [signalRecords],
      mutate: mutateBytes,
      seal: (records) => writeSignalFile({ form: 'modern', records }),
      openers,
    },
    {
      name: 'Signal .backup container',
      contents: ([0, 1] as const).map((version) =>
        writeAndroidFile({ version, records: androidRecords(), keys: androidKeys }),
      ),
      mutate: mutateBytes,
      openers: androidOpeners,
    },
    {
      name: 'Signal .backup records',
      contents: [delimited(...androidRecords().map(({ frame }) => frame as ProtobufInput))],
      mutate: mutateBytes,
      seal: (records) => writeAndroidFile({ version: 1, records: cutRecords(records), keys: androidKeys }),
      openers: androidOpeners,
    },
  ];
}

/** Records with their lengths before them, as they are after a change: the last one ends where the bytes do. */
function cutRecords(bytes: Uint8Array): readonly { readonly frame: Uint8Array; readonly blob?: Uint8Array }[] {
  const records: { readonly frame: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length && records.length < 1000;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? first : (first & 0x7f) | ((bytes[at + 1] ?? 0) << 7);
    const start = at + (first < 0x80 ? 1 : 2);
    records.push({ frame: bytes.slice(start, start + length) });
    at = start + length;
  }
  return records;
}

/** All readers, each with whole contents. */
export function fuzzTargets(): readonly FuzzTarget[] {
  const zone = { timeZone: 'Europe/Berlin' };
  return [
    ...(['crypt12', 'crypt14', 'crypt15'] as const).flatMap(cryptTargets),
    ...keyTargets,
    {
      name: 'msgstore.db, newer tables',
      contents: [newerDatabase()],
      mutate: mutatePages,
      openers: withKeys({}, 'msgstore.db'),
    },
    {
      name: 'msgstore.db, older table',
      contents: [olderDatabase()],
      mutate: mutatePages,
      openers: withKeys({}, 'msgstore.db'),
    },
    {
      name: 'exported text',
      contents: exported,
      mutate: mutateLines,
      openers: withKeys(zone, 'WhatsApp Chat with Anna.txt'),
    },
    {
      name: 'exported zip',
      contents: exported.map((chat) => zipSync({ '_chat.txt': chat, 'IMG-20201231-WA0001.jpg': text('jpeg') })),
      mutate: mutateBytes,
      openers: withKeys(zone, 'WhatsApp Chat with Anna.zip'),
    },
    ...signalTargets(),
    { name: 'Telegram JSON', contents: telegram, mutate: mutateLines, openers: withKeys(zone, 'result.json') },
    {
      name: 'Coffer JSON',
      contents: [text([...jsonDocument(newerMsgstore())].join(''))],
      mutate: mutateLines,
      openers: withKeys({}, 'chats.json'),
    },
  ];
}
