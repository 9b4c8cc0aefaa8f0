import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { seed } from '@coffer/test-kit';
import { androidStatement, testPassphrase, writeAndroidFile } from '@coffer/test-kit/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatFormatError } from '../errors';
import { readAndroidFrame } from '../signal-android/frame';
import { parseSignalPassphrase } from '../signal-android/passphrase';
import { deriveAndroidKeys, type AndroidKeys } from '../signal-android/android-keys';
import { openAndroidFile } from './signal-android-file';
import { nodeCiphers } from './node-platform';
import { rebuildTables } from './signal-android-tables';

const folder = mkdtempSync(join(tmpdir(), 'coffer-android-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Keys take some tenths of a second: each is derived once, and given as a copy because it is wiped. */
function keysFor(digits: string): (salt: Uint8Array) => AndroidKeys {
  const known = new Map<string, AndroidKeys>();
  return (salt) => {
    const name = Buffer.from(salt).toString('hex');
    const keys = known.get(name) ?? deriveAndroidKeys(parseSignalPassphrase(digits), salt, nodeCiphers);
    known.set(name, keys);
    return { cipherKey: Buffer.from(keys.cipherKey), macKey: Buffer.from(keys.macKey) };
  };
}
const right = keysFor(testPassphrase);
const wrong = keysFor(testPassphrase.replace('1', '2'));

interface Outcome {
  readonly code: string;
  readonly kinds: readonly string[];
  readonly blobs: readonly string[];
}

async function outcome(file: Uint8Array, keysOf = right): Promise<Outcome> {
  const path = join(folder, 'changed.backup');
  writeFileSync(path, file);
  const kinds: string[] = [];
  const blobs: string[] = [];
  try {
    const opened = await openAndroidFile(path, keysOf);
    for (const { frame, blobPieces } of opened.records()) {
      kinds.push(frame.kind);
      const pieces = [...blobPieces()].map((piece) => Buffer.from(piece));
      if (pieces.length > 0) blobs.push(Buffer.concat(pieces).toString('hex'));
    }
    opened.close();
    opened.close();
    return { code: 'ok', kinds, blobs };
  } catch (error) {
    if (!(error instanceof ChatFormatError)) throw error;
    return { code: error.code, kinds, blobs };
  }
}

const blob = seed('an attachment', 300);
const records = [
  { frame: [[5, [[1, 220]]]] as const },
  androidStatement('CREATE TABLE message (_id INTEGER PRIMARY KEY, body TEXT)'),
  androidStatement('INSERT INTO message VALUES (?, ?)', 1, 'hello'),
  {
    frame: [
      [
        4,
        [
          [1, 1],
          [2, 2n ** 64n - 1n],
          [3, blob.length],
        ],
      ],
    ] as const,
    blob,
  },
  {
    frame: [
      [
        3,
        [
          [1, 'preferences'],
          [2, 'a'],
        ],
      ],
    ] as const,
  },
  {
    frame: [
      [
        8,
        [
          [1, 1],
          [2, 0],
        ],
      ],
    ] as const,
    blob: new Uint8Array(),
  },
  { frame: [[77, 'of a later version']] as const },
];

describe.each([0, 1] as const)('openAndroidFile on version %i', (version) => {
  const whole = writeAndroidFile({ version, records });
  const nothing = { kinds: [], blobs: [] };

  it('gives the records and the bytes behind them, unknown ones too', async () => {
    expect(await outcome(whole)).toEqual({
      code: 'ok',
      kinds: ['version', 'statement', 'statement', 'attachment', 'preference', 'sticker', 'unknown'],
      blobs: [Buffer.from(blob).toString('hex')],
    });
  });
  it('says wrong key with another passphrase', async () => {
    expect(await outcome(whole, wrong)).toEqual({ code: 'wrong-key', ...nothing });
  });
  it('gives nothing where one bit is flipped behind the header', async () => {
    const headerBytes = 4 + whole.readUInt32BE();
    for (let at = headerBytes; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      const seen = await outcome(changed);
      // of a first record whose length was changed nothing tells whether it or the passphrase is wrong
      const isLength = at < headerBytes + 4;
      expect(isLength ? ['damaged', 'wrong-key'] : ['damaged'], `flipped at ${at}: ${seen.code}`).toContain(seen.code);
      expect(seen).toMatchObject(nothing);
    }
  });
  it('gives nothing of a file that was cut anywhere', async () => {
    for (let length = 0; length < whole.length; length += length < 70 || length > whole.length - 40 ? 1 : 7) {
      const seen = await outcome(whole.subarray(0, length));
      expect(['damaged', 'wrong-key'], `cut to ${length}: ${seen.code}`).toContain(seen.code);
      expect(seen).toMatchObject(nothing);
    }
  });
  it('wants the record that says that it is the last, and nothing behind it', async () => {
    expect(await outcome(writeAndroidFile({ version, records, withoutEnd: true }))).toEqual({
      code: 'damaged',
      ...nothing,
    });
    expect(await outcome(Buffer.concat([whole, Buffer.of(0)]))).toEqual({ code: 'damaged', ...nothing });
  });
  it('compares lengths with what is there before anything is allocated', async () => {
    const liar = {
      frame: [
        [
          4,
          [
            [1, 1],
            [3, 2n ** 50n],
          ],
        ],
      ] as const,
      blob,
    };
    expect(await outcome(writeAndroidFile({ version, records: [records[0]!, liar] }))).toEqual({
      code: 'damaged',
      ...nothing,
    });
    const header = Buffer.from(whole);
    header.writeUInt32BE(0xfffffff0);
    expect(await outcome(header)).toEqual({ code: 'damaged', ...nothing });
  });
});

describe('rebuildTables', () => {
  const path = join(folder, 'tables.backup');
  const folders = (): number => readdirSync(temporary).length;
  const temporary = join(folder, 'temporary');
  beforeAll(() => {
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    writeFileSync(path, writeAndroidFile({ version: 1, records }));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
  it.each([1_000_000, 0])('makes the same tables with %i bytes of memory, and leaves no file', async (limitBytes) => {
    const file = await openAndroidFile(path, right);
    const { database } = await rebuildTables(file, { limitBytes });
    file.close();
    expect(folders()).toBe(limitBytes === 0 ? 1 : 0);
    expect([...database.rows('SELECT _id, body FROM main.message')]).toEqual([[1, 'hello']]);
    expect([...database.rows('SELECT row, size_bytes FROM main.coffer_blob')]).toEqual([[1, blob.length]]);
    expect(() => [...database.rows('DELETE FROM main.message RETURNING 1')]).toThrow(ChatFormatError);
    database.close();
    expect(folders()).toBe(0);
  });
  it('stops when it is told to', async () => {
    const file = await openAndroidFile(path, right);
    const many = function* (): ReturnType<typeof file.records> {
      const all = [...file.records()];
      for (let round = 0; round < 2000; round++) yield* all.slice(2, 3);
    };
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    const first = [...file.records()].slice(0, 2);
    const records = function* (): ReturnType<typeof file.records> {
      yield* first;
      for (let round = 0; round < 3; round++) yield* many();
    };
    await expect(rebuildTables({ ...file, records }, { signal: stop.signal })).rejects.toThrow('stopped');
    file.close();
  });
});

describe('readAndroidFrame', () => {
  property.prop([fc.uint8Array({ maxLength: 60 })])('reads any bytes as a record, or says damaged', (bytes) => {
    try {
      expect(readAndroidFrame(bytes).kind).toMatch(/./);
    } catch (error) {
      expect((error as ChatFormatError).code).toBe('damaged');
    }
  });
});

describe('openAndroidFile', () => {
  it('does not read versions that it does not know', async () => {
    const later = writeAndroidFile({ version: 2 as 1, records });
    expect(await outcome(later)).toMatchObject({ code: 'unsupported-format' });
  });
  it('says damaged where the file changes between the check and the reading', async () => {
    const path = join(folder, 'moving.backup');
    const whole = writeAndroidFile({ version: 1, records });
    writeFileSync(path, whole);
    const opened = await openAndroidFile(path, right);
    whole[whole.length - 30]! ^= 1;
    writeFileSync(path, whole);
    expect(() => [...opened.records()]).toThrow(ChatFormatError);
    opened.close();
  });
});
