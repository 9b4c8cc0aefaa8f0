import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTestData, seed } from '@coffer/test-kit';
import { testAci, testRecoveryKey, writeSignalFile } from '@coffer/test-kit/node';
import { afterAll, describe, expect, it } from 'vitest';
import { ChatFormatError } from '../errors';
import { parseAci, parseRecoveryKey, type SignalKeys } from '../signal/recovery-key';
import { openSignalRecords } from '../signal/signal-source';
import { storeRecords } from './record-store';
import { openSignalFile } from './signal-file';

const folder = mkdtempSync(join(tmpdir(), 'coffer-signal-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: string;
  readonly bytes: number;
  readonly sha256?: string;
}

/** Opens a file to its end: `ok` or the error's code, and how many bytes came out. */
async function outcome(file: string | Uint8Array, keys: SignalKeys): Promise<Outcome> {
  const path = typeof file === 'string' ? file : join(folder, 'changed');
  if (typeof file !== 'string') writeFileSync(path, file);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const opened = await openSignalFile(path, keys);
    for await (const piece of opened.chunks()) {
      bytes += piece.length;
      hash.update(piece);
    }
    opened.close();
    return { code: 'ok', bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (!(error instanceof ChatFormatError)) throw error;
    return { code: error.code, bytes };
  }
}

const account: SignalKeys = { recoveryKey: parseRecoveryKey(testRecoveryKey), aci: parseAci(testAci) };
const token = seed('token', 32);

describe.each([
  ['the older form', 'legacy', undefined],
  ['the newer form with a token', 'modern', token],
  ['the newer form without a token', 'modern', undefined],
] as const)('openSignalFile on %s', (_name, form, fileToken) => {
  const records = seed('records', 3000);
  const sha256 = createHash('sha256').update(records).digest('hex');
  const whole = writeSignalFile({ records, form, ...(fileToken === undefined ? {} : { token: fileToken }) });
  const keys: SignalKeys = { ...account, ...(fileToken === undefined ? {} : { token: fileToken }) };
  const headBytes = form === 'modern' ? 8 + 1 + 100 : 0;

  it('gives the records', async () => {
    expect(await outcome(whole, keys)).toEqual({ code: 'ok', bytes: records.length, sha256 });
  });
  it('stops at the end of the gzip member', async () => {
    const file = writeSignalFile({ records, form, padding: Buffer.alloc(100_000), token: fileToken! });
    const unpadded = writeSignalFile({ records, form, padding: Buffer.alloc(0), token: fileToken! });
    for (const other of [file, unpadded]) expect(await outcome(other, keys)).toMatchObject({ code: 'ok', sha256 });
  });
  it.each([
    ['recovery key', { ...keys, recoveryKey: parseRecoveryKey('a'.repeat(64)) }],
    ['account id', { ...keys, aci: parseAci('00000000-0000-4000-8000-000000000000') }],
    ['token', { ...keys, token: seed('another token', 32) }],
  ])('says wrong key with another %s', async (_what, other) => {
    expect(await outcome(whole, other)).toEqual({ code: 'wrong-key', bytes: 0 });
  });
  it('says damaged where one bit is flipped, wherever it is checked', async () => {
    const positions = new Set([
      ...Array.from({ length: 60 }, (_, at) => headBytes + at),
      ...Array.from({ length: 60 }, (_, at) => whole.length - 1 - at),
      ...Array.from({ length: 60 }, (_, at) => headBytes + ((at * 53) % (whole.length - headBytes))),
    ]);
    for (const at of positions) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      expect(await outcome(changed, keys), `flipped at ${at}`).toEqual({ code: 'damaged', bytes: 0 });
    }
  });
  it('gives nothing of a file that was cut', async () => {
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
      const { code, bytes } = await outcome(whole.subarray(0, length), keys);
      expect(['damaged', 'wrong-key'], `cut to ${length}`).toContain(code);
      expect(bytes).toBe(0);
    }
    for (let less = 1; less <= 64; less++) {
      expect(await outcome(whole.subarray(0, -less), keys), `cut by ${less}`).toEqual({ code: 'damaged', bytes: 0 });
    }
  });
  it('says damaged where the file changes between the check and the reading', async () => {
    const large = writeSignalFile({ records: seed('large', 200_000), form, token: fileToken! });
    const path = join(folder, 'moving');
    for (const at of [headBytes + 5000, large.length - 40, large.length - 1]) {
      writeFileSync(path, large);
      const opened = await openSignalFile(path, keys);
      const changed = Buffer.from(large);
      changed[at]! ^= 1;
      writeFileSync(path, changed);
      const readAll = async (): Promise<void> => {
        for await (const _piece of opened.chunks());
      };
      await expect(readAll(), `changed at ${at}`).rejects.toMatchObject({ code: 'damaged' });
      opened.close();
      opened.close();
    }
  });
});

describe('openSignalFile', () => {
  it('says that a token is wanted where there is none', async () => {
    const path = join(folder, 'cloud');
    writeFileSync(path, writeSignalFile({ records: seed('records', 100), form: 'modern', token }));
    await expect(openSignalFile(path, account)).rejects.toThrow(/wants the token/);
  });
  it('says damaged where authentic content does not decompress', async () => {
    const file = writeSignalFile({ records: seed('records', 100), form: 'legacy', padding: Buffer.from([1, 2, 3]) });
    expect(await outcome(file, account)).toMatchObject({ code: 'damaged' });
  });
});

describeWithTestData('openSignalFile on fixtures', (data) => {
  const file = (name: string): string => data.path('fixtures', 'derived', name);
  const keys: SignalKeys = {
    recoveryKey: parseRecoveryKey('M'.repeat(64)),
    aci: parseAci('11111111-1111-1111-1111-111111111111'),
    token: new Uint8Array(32).fill(0xab),
  };

  it.each([
    ['signal-10k.binproto.encrypted', 'eed6b8f614a4c0919d6a0b7b52ee1b1a31924c7160535ef370530ea986fad2f9', 604, 10_000],
    [
      'signal-221k.binproto.encrypted',
      'e5fc3c98557acce2702d946e7fb311e3b67c90fb356392e310bab48d5be6508b',
      17_779,
      221_619,
    ],
  ])('gives the known bytes and counts of %s', async (name, sha256, chats, messages) => {
    const opened = await openSignalFile(file(name), keys);
    const hash = createHash('sha256');
    const hashed = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const piece of opened.chunks()) {
        hash.update(piece);
        yield piece;
      }
    };
    const source = openSignalRecords(await storeRecords(hashed()));
    opened.close();
    expect(hash.digest('hex')).toBe(sha256);
    expect(source.counts).toEqual({ chats, messages });
    expect(Object.fromEntries(source.frameCounts)).toEqual({
      account: 1,
      recipient: chats + 2,
      chat: chats,
      chatItem: messages,
    });
    const seen = { chats: 0, messages: 0, texts: 0 };
    for (const conversation of source.conversations()) {
      seen.chats++;
      for (const message of conversation.messages()) {
        seen.messages++;
        if (message.kind === 'text' && message.text !== undefined) seen.texts++;
      }
    }
    expect(seen).toEqual({ chats, messages, texts: messages });
    source.close();
  });
  it('gives nothing of a file with one flipped bit', async () => {
    const whole = data.bytes('fixtures', 'derived', 'signal-10k.binproto.encrypted');
    for (const at of [200, 300, 5000, 200_000, whole.length - 33, whole.length - 1]) {
      const changed = whole.slice();
      changed[at]! ^= 1;
      expect(await outcome(changed, keys), `flipped at ${at}`).toEqual({ code: 'damaged', bytes: 0 });
    }
  });
});
