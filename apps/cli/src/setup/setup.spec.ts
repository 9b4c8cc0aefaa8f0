import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireBackupKey } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createReporter } from '../output/reporter';
import { readNewPassword } from './new-password';
import { layOut, recordDigits } from './record-digits';

const key = requireBackupKey(seed('a key'));
let written: string[];
const sink = { write: (text: string) => written.push(text) };
const context = {
  reporter: createReporter({ json: true, stdout: sink, stderr: sink }),
  signal: new AbortController().signal,
};

let root: string;
beforeEach(() => {
  written = [];
  root = mkdtempSync(join(tmpdir(), 'coffer-setup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('readNewPassword', () => {
  it('takes a password from a file, warns of a guessable one, and refuses a bad one', async () => {
    const file = join(root, 'password');
    writeFileSync(file, 'xkqjzvbw\n');
    expect(await readNewPassword(context, { file, environment: undefined })).toBe('xkqjzvbw');
    expect(written.join('')).toContain('guessable-password');
    writeFileSync(file, '12345678\n');
    await expect(readNewPassword(context, { file, environment: undefined })).rejects.toMatchObject({
      code: 'weak-password',
    });
    writeFileSync(file, 'with a \u0007 bell in it');
    await expect(readNewPassword(context, { file, environment: undefined })).rejects.toMatchObject({
      code: 'invalid-password',
    });
  });

  it('asks nobody where there is no terminal', async () => {
    const none = readNewPassword(context, { file: undefined, environment: undefined });
    await expect(none).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('recordDigits', () => {
  it('writes them to the file that is named', async () => {
    await recordDigits(context, key, join(root, 'key'));
    expect(readFileSync(join(root, 'key'), 'utf8').replaceAll(/\s/g, '')).toBe(toHex(key));
    expect(written.join('')).not.toContain(toHex(key).slice(0, 4));
  });

  it('shows them to nobody but a person at a terminal', async () => {
    await expect(recordDigits(context, key, undefined)).rejects.toMatchObject({ code: 'usage' });
    expect(written).toEqual([]);
  });
});

describe('layOut', () => {
  it('has four rows of four groups of four', () => {
    const rows = layOut(key).split('\n');
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toMatch(/^ {4}[0-9a-f]{4}( [0-9a-f]{4}){3}$/);
    expect(rows.join('').replaceAll(' ', '')).toBe(toHex(key));
  });
});
