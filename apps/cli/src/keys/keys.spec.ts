import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deriveKeyId, formatDigits, requireBackupKey } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HomeDirectory } from '../home/home-directory';
import { readGivenKey, readKeyOption } from './given-key';
import { findKey, forgetKeys, keepKey, listKeys } from './kept-keys';
import { readKeyFile, writeKeyFile } from './key-file';

const key = requireBackupKey(seed('a key'));
const other = requireBackupKey(seed('another key'));

let root: string;
let home: HomeDirectory;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-keys-'));
  home = new HomeDirectory(join(root, 'home'));
  file = join(root, 'recorded');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('writeKeyFile', () => {
  it('records the digits for the owner of the file alone', async () => {
    await writeKeyFile(file, key);
    expect(readFileSync(file, 'utf8')).toBe(`${formatDigits(key)}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readKeyFile(file)).toEqual(key);
  });

  it('takes the same key once more, and never touches anything else', async () => {
    await writeKeyFile(file, key);
    await writeKeyFile(file, key);
    await expect(writeKeyFile(file, other)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readKeyFile(file)).toEqual(key);
    writeFileSync(file, 'a shopping list');
    await expect(writeKeyFile(file, key)).rejects.toMatchObject({ code: 'already-exists' });
    expect(readFileSync(file, 'utf8')).toBe('a shopping list');
    expect(readdirSync(root)).toEqual(['recorded']);
  });
});

describe('readKeyFile', () => {
  it.each([
    ['upper case, line breaks and a final blank', toHex(key).toUpperCase().replace(/.{16}/g, '$&\r\n')],
    ['digits alone', toHex(key)],
  ])('reads %s', async (_what, text) => {
    writeFileSync(file, text);
    expect(await readKeyFile(file)).toEqual(key);
  });

  it.each([
    ['63 digits', toHex(key).slice(1)],
    ['a letter among them', toHex(key).replace(/^./, 'g')],
    ['nothing', ''],
    ['far too much', ' '.repeat(5000)],
    ['no text', Buffer.from([0xff, 0xfe])],
  ])('refuses %s without showing any of it', async (_what, content) => {
    writeFileSync(file, content);
    const refusal = await readKeyFile(file).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid-key' });
    expect((refusal as Error).message).not.toContain(toHex(key).slice(1, 9));
  });
});

describe('kept keys', () => {
  it('are found by their id, listed, and gone after lock', async () => {
    await keepKey(home, key);
    await keepKey(home, other);
    expect(await findKey(home, deriveKeyId(key))).toEqual(key);
    expect((await listKeys(home)).map(toHex).sort()).toEqual([key, other].map((of) => toHex(deriveKeyId(of))).sort());
    expect(await forgetKeys(home)).toHaveLength(2);
    expect(await findKey(home, deriveKeyId(key))).toBeUndefined();
    expect(existsSync(home.keyFile(deriveKeyId(key)))).toBe(false);
  });

  it('are refused where they lie open to others, or under the name of another', async () => {
    await keepKey(home, key);
    const path = home.keyFile(deriveKeyId(key));
    chmodSync(path, 0o644);
    await expect(findKey(home, deriveKeyId(key))).rejects.toMatchObject({ code: 'refused' });
    chmodSync(path, 0o600);
    writeFileSync(path, formatDigits(other));
    await expect(findKey(home, deriveKeyId(key))).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('readGivenKey', () => {
  it('takes the option before the environment, and either a file or digits from the latter', async () => {
    writeFileSync(file, toHex(key));
    expect(await readGivenKey({ option: file, environment: toHex(other) })).toEqual(key);
    expect(await readGivenKey({ option: undefined, environment: file })).toEqual(key);
    expect(await readGivenKey({ option: undefined, environment: formatDigits(other) })).toEqual(other);
    expect(await readGivenKey({ option: undefined, environment: '' })).toBeUndefined();
  });

  it('refuses digits on the command line, where the shell keeps them, and does not repeat them', async () => {
    const refusal = await readKeyOption(toHex(key)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'usage' });
    expect((refusal as Error).message).not.toContain(toHex(key).slice(0, 8));
  });

  it('says that a folder is none', async () => {
    await expect(readKeyOption(dirname(file))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is a folder'),
    });
  });
});
