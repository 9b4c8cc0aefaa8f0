import { seed } from '@coffer/test-kit';
import {
  androidStatement,
  delimited,
  testAci,
  testPassphrase,
  testRecoveryKey,
  writeAndroidFile,
  writeSignalFile,
  type AndroidFileRecipe,
  type ProtobufInput,
} from '@coffer/test-kit/node';
import { flipped, type Recipe } from './case';

const token = seed('token', 32);
const tokenHex = Buffer.from(token).toString('hex');
const keys = { recoveryKey: testRecoveryKey, aci: testAci };
const other = Buffer.from(seed('somebody', 16));

const info: ProtobufInput = [
  [1, 1],
  [2, 1_700_000_000_000],
  [3, Buffer.from(seed('media root', 32))],
];
const records = (): Uint8Array =>
  delimited(
    info,
    [[1, [[1, Buffer.from(seed('profile', 32))]]]],
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
              [1, other],
              [16, [[1, 'Bo']]],
            ],
          ],
        ],
      ],
    ],
    [
      [
        3,
        [
          [1, 7],
          [2, 2],
        ],
      ],
    ],
    [
      [
        4,
        [
          [1, 7],
          [2, 2],
          [3, 1_600_000_000_000],
          [8, [[1, 1_600_000_000_700]]],
          [11, [[2, [[1, 'hello 👋']]]]],
        ],
      ],
    ],
    [
      [
        4,
        [
          [1, 7],
          [2, 1],
          [3, 1_600_000_001_000],
          [
            9,
            [
              [
                1,
                [
                  [1, 2],
                  [6, []],
                ],
              ],
            ],
          ],
          [11, [[2, [[1, 'hello, you']]]]],
        ],
      ],
    ],
  );

const hmacBytes = 32;

function formRecipes(form: 'modern' | 'legacy'): readonly Recipe[] {
  const isModern = form === 'modern';
  const whole = writeSignalFile({ records: records(), form, ...(isModern ? { token } : {}) });
  const headBytes = isModern ? whole.length - bodyLength(form) : 0;
  const right = isModern ? { ...keys, tokenHex } : keys;
  const named = (name: string, what: string, bytes: Uint8Array, result: Partial<Recipe>): Recipe => ({
    ...{ name: `signal-${form}-${name}`, what, bytes, file: 'backup.signal', keys: right },
    ...result,
  });
  const damaged = { refused: 'damaged' };
  const otherKey = { keys: { ...right, recoveryKey: 'a'.repeat(64) }, refused: 'wrong-key' };
  return [
    named('whole', 'A whole backup.', whole, { warnings: ['left-out'] }),
    named('wrong-key', 'A whole backup, and another recovery key.', whole, otherKey),
    named('bit-of-content', 'One bit of the ciphertext is wrong.', flipped(whole, headBytes + 200), damaged),
    named('bit-of-hmac', 'One bit of the HMAC is wrong.', flipped(whole, -1), damaged),
    named('cut', 'The last block and the HMAC are missing.', whole.subarray(0, whole.length - 16 - hmacBytes), damaged),
  ];
}

/** IV, ciphertext and HMAC, which both forms have in common. */
const bodyLength = (form: 'modern' | 'legacy'): number =>
  form === 'legacy' ? 0 : writeSignalFile({ records: records(), form: 'legacy' }).length;

const signalRecipes = (): readonly Recipe[] => [
  ...formRecipes('modern'),
  ...formRecipes('legacy'),
  {
    ...{
      name: 'signal-modern-wrong-token',
      what: 'A whole backup of the cloud, and another token.',
      refused: 'wrong-key',
    },
    ...{ file: 'backup.signal', bytes: writeSignalFile({ records: records(), form: 'modern', token }) },
    keys: { ...keys, tokenHex: '00'.repeat(32) },
  },
  {
    ...{ name: 'signal-modern-no-token', what: 'A backup of the newer form that was made on the device alone.', keys },
    ...{
      file: 'backup.signal',
      bytes: writeSignalFile({ records: records(), form: 'modern' }),
      warnings: ['left-out'],
    },
  },
];

const insert = (table: string, ...values: readonly (string | number | null)[]) =>
  androidStatement(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(',')})`, ...values);

const androidRecords: AndroidFileRecipe['records'] = [
  { frame: [[5, [[1, 220]]]] },
  androidStatement('CREATE TABLE recipient (_id INTEGER PRIMARY KEY, aci TEXT, system_joined_name TEXT)'),
  androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id INTEGER)'),
  androidStatement(
    'CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent INTEGER, date_received INTEGER, thread_id INTEGER, from_recipient_id INTEGER, type INTEGER, body TEXT, has_read_receipt INTEGER)',
  ),
  androidStatement('CREATE TABLE attachment (_id INTEGER PRIMARY KEY, message_id INTEGER, content_type TEXT)'),
  insert('recipient', 2, 'bbbbbbbb-0000-4000-8000-000000000002', 'Bo'),
  insert('thread', 1, 2),
  insert('message', 1, 1_600_000_000_000, 1_600_000_000_700, 1, 2, 10_485_780, 'hello 👋', 0),
  insert('message', 2, 1_600_000_001_000, 1_600_000_001_000, 1, 2, 10_485_783, 'hello, you', 1),
  insert('message', 3, 1_600_000_002_000, 1_600_000_002_700, 1, 2, 10_485_780, 'a picture', 0),
  insert('attachment', 1, 3, 'image/png'),
  {
    frame: [
      [
        4,
        [
          [1, 1],
          [2, 0],
          [3, 200],
        ],
      ],
    ],
    blob: seed('a picture', 200),
  },
];

/** The record that says that it is the last: four bytes of length, two of itself, ten of its check value. */
const endBytes = 16;

const androidRecipes = (): readonly Recipe[] => {
  const whole = writeAndroidFile({ version: 1, records: androidRecords });
  const common = { file: 'signal.backup', keys: { passphrase: testPassphrase } };
  const damaged = { ...common, refused: 'damaged' };
  return [
    {
      ...common,
      name: 'signal-android-v0-whole',
      what: 'A whole backup file of version 0.',
      warnings: [],
      bytes: writeAndroidFile({ version: 0, records: androidRecords }),
    },
    {
      ...common,
      name: 'signal-android-v1-whole',
      what: 'A whole backup file of version 1.',
      warnings: [],
      bytes: whole,
    },
    {
      ...common,
      name: 'signal-android-v1-wrong-passphrase',
      what: 'A whole backup file, and another passphrase.',
      bytes: whole,
      keys: { passphrase: testPassphrase.replace('1', '2') },
      refused: 'wrong-key',
    },
    {
      ...damaged,
      name: 'signal-android-v1-bit-of-record',
      what: 'One bit of a record is wrong.',
      bytes: flipped(whole, 400),
    },
    {
      ...damaged,
      name: 'signal-android-v1-bit-of-attachment',
      what: 'One bit of the attachment is wrong.',
      bytes: flipped(whole, -endBytes - 60),
    },
    {
      ...damaged,
      name: 'signal-android-v1-cut',
      what: 'The record that says that it is the last is missing.',
      bytes: writeAndroidFile({ version: 1, records: androidRecords, withoutEnd: true }),
    },
  ];
};

export const allSignalRecipes = (): readonly Recipe[] => [...signalRecipes(), ...androidRecipes()];
