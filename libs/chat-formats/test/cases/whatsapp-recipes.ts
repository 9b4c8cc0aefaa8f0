import { createHash } from 'node:crypto';
import { phoneKeyFile, testKeyDigits, writeCryptFile, type CryptFileRecipe } from '@coffer/test-kit/node';
import { zipSync } from 'fflate';
import { databaseBytes } from '../sql-script';
import { flipped, type CaseKeys, type Recipe } from './case';

const database = databaseBytes(`
PRAGMA page_size = 512;
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, status INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, text_data TEXT, sort_id INTEGER);
INSERT INTO jid VALUES (1, '4915', 's.whatsapp.net', '4915@s.whatsapp.net'), (2, '1', 'g.us', '1@g.us');
INSERT INTO chat VALUES (1, 1, NULL), (2, 2, 'Walkers');
INSERT INTO message VALUES (1, 1, 0, 'A', NULL, 0, 1600000000000, 1600000000700, 0, 'hello \u{1f44b}', 1);
INSERT INTO message VALUES (2, 1, 1, 'B', NULL, 13, 1600000001000, -1, 0, 'hello, you', 2);
INSERT INTO message VALUES (3, 2, 0, 'C', 1, 0, 1600000002000, 1600000002700, 99, NULL, 3);
`);

type Generation = CryptFileRecipe['generation'];

const keyFile = { keyFile: 'key' } as const;
const digits = { digits: testKeyDigits } as const;
const keysOf = (generation: Generation): CaseKeys => (generation === 'crypt15' ? digits : keyFile);
const besideOf = (generation: Generation, file = phoneKeyFile()): Pick<Recipe, 'beside'> =>
  generation === 'crypt15' ? {} : { beside: { key: file } };

/** Where the ciphertext begins. */
const headerBytes: Readonly<Record<Generation, number>> = { crypt12: 67, crypt14: 99, crypt15: 23 };
/** How many bytes stand behind the tag: the MD5, and the four digits of crypt12. */
const trailerBytes: Readonly<Record<Generation, number>> = { crypt12: 20, crypt14: 16, crypt15: 16 };

/** The MD5 made anew behind a change, so that it speaks for the file. */
function resealed(generation: Generation, bytes: Uint8Array): Uint8Array {
  const end = bytes.length - trailerBytes[generation];
  const checksum = createHash('md5').update(bytes.subarray(0, end)).digest();
  return Buffer.concat([bytes.subarray(0, end), checksum, bytes.subarray(end + 16)]);
}

function generationRecipes(generation: Generation): readonly Recipe[] {
  const whole = writeCryptFile({ generation, content: database });
  const file = `msgstore.db.${generation}`;
  const start = headerBytes[generation];
  const common = { file, keys: keysOf(generation), ...besideOf(generation) };
  const named = (name: string, what: string, bytes: Uint8Array, result: Partial<Recipe>): Recipe => ({
    ...{ name: `whatsapp-${generation}-${name}`, what, bytes, ...common },
    ...result,
  });
  const otherKey =
    generation === 'crypt15'
      ? { keys: { digits: testKeyDigits.replace('6', '7') } }
      : besideOf(generation, phoneKeyFile({ cipherKey: Buffer.alloc(32, 7) }));
  const keyIsWrong = { ...otherKey, refused: 'wrong-key' };
  const damaged = { refused: 'damaged' };
  return [
    named('whole', 'A whole backup.', whole, { warnings: [] }),
    named('wrong-key', 'A whole backup, and a key that does not open it.', whole, keyIsWrong),
    named('bit-of-nonce', 'One bit of the nonce in the header is wrong.', flipped(whole, start - 1), damaged),
    named('bit-of-content', 'One bit of the ciphertext is wrong.', flipped(whole, start + 100), damaged),
    named('bit-of-tag', 'One bit of the tag is wrong.', flipped(whole, -trailerBytes[generation] - 1), damaged),
    named(
      'bit-of-checksum',
      'One bit of the MD5 is wrong and all else is authentic: it opens where the person accepts that.',
      flipped(whole, -trailerBytes[generation]),
      { refused: 'damaged-checksum' },
    ),
    named(
      'changed-and-resealed',
      'One bit of the ciphertext is wrong, and the MD5 was made anew: the tag alone decides, and nothing tells it from a wrong key.',
      resealed(generation, flipped(whole, start + 100)),
      { refused: 'wrong-key' },
    ),
    named('cut', 'The last 400 bytes are missing.', whole.subarray(0, whole.length - 400), damaged),
  ];
}

const changes = zipSync({ 'messages.bin': Buffer.from('0a00', 'hex') }, { level: 0, mtime: new Date(1980, 0, 1) });
const settings = zipSync({ 'backup_settings.json': Buffer.from('{}') }, { level: 0, mtime: new Date(1980, 0, 1) });

export const whatsAppRecipes = (): readonly Recipe[] => [
  ...(['crypt12', 'crypt14', 'crypt15'] as const).flatMap(generationRecipes),
  {
    ...{
      name: 'whatsapp-crypt14-other-phone',
      what: "A whole backup, and another phone's key file.",
      refused: 'wrong-key',
    },
    ...{
      file: 'msgstore.db.crypt14',
      bytes: writeCryptFile({ generation: 'crypt14', content: database }),
      keys: keyFile,
    },
    beside: { key: phoneKeyFile({ googleId: Buffer.alloc(16, 7) }) },
  },
  {
    ...{ name: 'whatsapp-crypt14-digits', what: 'A whole backup that wants a key file, and 64 digits.', keys: digits },
    ...{ file: 'msgstore.db.crypt14', bytes: writeCryptFile({ generation: 'crypt14', content: database }) },
    refused: 'wrong-key',
  },
  {
    ...{ name: 'whatsapp-crypt15-renamed', what: 'A crypt15 file that is called crypt14.', keys: digits, warnings: [] },
    ...{ file: 'msgstore.db.crypt14', bytes: writeCryptFile({ generation: 'crypt15', content: database }) },
  },
  {
    ...{ name: 'whatsapp-crypt15-long-header', what: 'The length of the prefix takes two bytes.', keys: digits },
    ...{ file: 'msgstore.db.crypt15', warnings: [] },
    // field 4, with an app's version of 150 characters in field 1
    bytes: writeCryptFile({
      ...{ generation: 'crypt15', content: database },
      moreHex: `2299010a9601${'2e'.repeat(150)}`,
    }),
  },
  {
    ...{ name: 'whatsapp-crypt15-no-checksum', what: 'There is no MD5 at the end.', keys: digits },
    ...{ file: 'msgstore.db.crypt15', warnings: ['no-checksum'] },
    bytes: writeCryptFile({ generation: 'crypt15', content: database, withChecksum: false }),
  },
  {
    ...{ name: 'whatsapp-crypt15-several-files', what: 'The content is a zip of settings.', keys: digits },
    ...{ file: 'backup_settings.json.crypt15', warnings: ['no-checksum', 'several-files'] },
    bytes: writeCryptFile({ generation: 'crypt15', content: settings, isStored: true, withChecksum: false }),
  },
  {
    ...{ name: 'whatsapp-crypt15-increment', what: 'The content is what changed since a full backup.', keys: digits },
    ...{ file: 'msgstore-increment-1.db.crypt15', warnings: ['no-checksum', 'increment'] },
    bytes: writeCryptFile({ generation: 'crypt15', content: changes, isStored: true, withChecksum: false }),
  },
];
