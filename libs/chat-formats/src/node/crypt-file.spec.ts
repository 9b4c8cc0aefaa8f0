import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { describeWithTestData, seed } from '@coffer/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { phoneKeyFile, testKeyDigits, writeCryptFile } from '@coffer/test-kit/node';
import { ChatFormatError } from '../errors';
import { parseBackupKeyDigits, readWhatsAppKeyFile, type WhatsAppKeys } from '../whatsapp/backup-key';
import { hasChecksum, openCryptFile } from './crypt-file';

const folder = mkdtempSync(join(tmpdir(), 'coffer-crypt15-'));
afterAll(() => rmSync(folder, { recursive: true }));

const key = parseBackupKeyDigits(testKeyDigits);
const foreignKey = parseBackupKeyDigits(testKeyDigits.replace('6730', '6731'));
const { phoneKey } = readWhatsAppKeyFile(phoneKeyFile());
const keys: WhatsAppKeys = { key, phoneKey: phoneKey! };

interface Outcome {
  readonly code: string;
  readonly bytes: number;
  readonly sha256?: string;
}

/** Opens a file to its end: `ok` or the error's code, and how many bytes came out. */
async function outcome(file: string | Uint8Array, withKeys: WhatsAppKeys = { key }): Promise<Outcome> {
  const path = typeof file === 'string' ? file : join(folder, 'changed.crypt15');
  if (typeof file !== 'string') writeFileSync(path, file);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const opened = await openCryptFile(path, withKeys);
    for await (const piece of opened.chunks()) {
      bytes += piece.length;
      hash.update(piece);
    }
    opened.close();
    const code = opened.verdict.checksum === 'wrong' ? 'bad-checksum' : 'ok';
    return { code, bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (!(error instanceof ChatFormatError)) throw error;
    return { code: error.code, bytes };
  }
}

/** A crypt15 file as the app writes it. */
function encrypt(
  content: Uint8Array,
  prefix = '08011a120a10000102030405060708090a0b0c0d0e0f',
  withChecksum = true,
): Buffer {
  const cipher = createCipheriv(
    'aes-256-gcm',
    Buffer.from(hkdfSync('sha256', key, '', 'backup encryption', 32)),
    Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
  );
  const head = Buffer.from(prefix, 'hex');
  const body = Buffer.concat([
    Buffer.of(head.length),
    head,
    cipher.update(content),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return withChecksum ? Buffer.concat([body, createHash('md5').update(body).digest()]) : body;
}

describe('openCryptFile', () => {
  property.prop([fc.uint8Array({ maxLength: 5000 }), fc.boolean()])(
    'gives back any content',
    async (content, withChecksum) => {
      const packed = encrypt(deflateSync(content), undefined, withChecksum);
      expect(await outcome(packed)).toMatchObject({
        code: 'ok',
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      });
    },
  );
  it('takes a size byte and 01 for a prefix below 128 bytes, as another tool writes it', async () => {
    const file = encrypt(deflateSync(seed('x', 100)));
    const other = Buffer.concat([file.subarray(0, 1), Buffer.of(1), file.subarray(1, -16)]);
    expect(await outcome(other)).toMatchObject({ code: 'ok', bytes: 100 });
  });
  it('skips unknown fields of the prefix', async () => {
    const prefix =
      '08011a120a10000102030405060708090a0b0c0d0e0f' + 'f8f00105' + '2a03616263' + '3d01020304' + '410102030405060708';
    expect(await outcome(encrypt(deflateSync(seed('x', 100)), prefix))).toMatchObject({ code: 'ok', bytes: 100 });
  });
  it('says damaged where authenticated content does not decompress', async () => {
    expect(await outcome(encrypt(deflateSync(seed('x', 100_000)).subarray(0, 50_000)))).toMatchObject({
      code: 'damaged',
    });
  });
  it('gives content that is not compressed as it is', async () => {
    expect(await outcome(encrypt(Buffer.from('SQLite format 3\0rest')))).toMatchObject({ code: 'ok', bytes: 20 });
    expect(await outcome(encrypt(new Uint8Array()))).toMatchObject({ code: 'ok', bytes: 0 });
  });
  it('gives content of many pieces as it is, each valid until the next', async () => {
    const content = Buffer.concat([seed('many', 300_000), new Uint8Array(200_000)]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await outcome(encrypt(content))).toEqual({ code: 'ok', bytes: content.length, sha256 });
    expect(await outcome(encrypt(deflateSync(content)))).toEqual({ code: 'ok', bytes: content.length, sha256 });
  });
  it.each([
    ['compressed', deflateSync],
    ['not compressed', Buffer.from],
  ])('gives pieces that can be kept where they are wanted so, of content that is %s', async (_what, pack) => {
    const content = Buffer.concat([seed('kept', 300_000), new Uint8Array(200_000)]);
    const path = join(folder, 'kept.crypt15');
    writeFileSync(path, encrypt(pack(content)));
    const opened = await openCryptFile(path, { key });
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.chunks(true)) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    opened.close();
  });
  it('says damaged where the file has changed behind the end of what is compressed in it', async () => {
    const path = join(folder, 'behind.crypt15');
    const file = encrypt(Buffer.concat([deflateSync(Buffer.from('SQLite format 3\0rest')), seed('behind', 500_000)]));
    writeFileSync(path, file);
    const opened = await openCryptFile(path, { key });
    const readAll = async (): Promise<number> => {
      let bytes = 0;
      for await (const { length } of opened.chunks()) bytes += length;
      return bytes;
    };
    expect(await readAll()).toBe(20);
    file[file.length - 1000]! ^= 1;
    writeFileSync(path, file);
    await expect(readAll()).rejects.toMatchObject({ code: 'damaged' });
    opened.close();
  });
  it('says damaged where the file has changed when it is read', async () => {
    const path = join(folder, 'moving.crypt15');
    const content = 'PK\u0003\u0004'.padEnd(1000, 'x');
    const file = encrypt(Buffer.from(content));
    writeFileSync(path, file);
    const opened = await openCryptFile(path, { key });
    const readAll = async (): Promise<string> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of opened.chunks()) pieces.push(Uint8Array.from(piece));
      return Buffer.concat(pieces).toString();
    };
    expect(await readAll()).toBe(content);
    file[500]! ^= 1;
    writeFileSync(path, file);
    await expect(readAll()).rejects.toMatchObject({ code: 'damaged' });
    opened.close();
    opened.close();
  });
  property.prop([fc.uint8Array({ maxLength: 400 })])('never gives a byte of a file that is none', async (file) => {
    expect(await outcome(file)).toEqual({ code: 'damaged', bytes: 0 });
  });
  it('wants nothing of a prefix that names no 16-byte nonce', async () => {
    expect(await outcome(encrypt(seed('x', 10), '08011a0e0a0c000102030405060708090a0b'))).toMatchObject({
      code: 'damaged',
    });
  });
});

describe.each(['crypt12', 'crypt14', 'crypt15'] as const)('openCryptFile on a written %s', (generation) => {
  const content = seed('a database', 4000);
  const whole = writeCryptFile({ generation, content });
  const sha256 = createHash('sha256').update(content).digest('hex');
  const headerBytes = { crypt12: 67, crypt14: 82, crypt15: 23 }[generation];
  const endingBytes = generation === 'crypt12' ? 4 : 0;

  it('gives the content, and says that the checksum is right', async () => {
    expect(await outcome(whole, keys)).toEqual({ code: 'ok', bytes: content.length, sha256 });
    const path = join(folder, 'whole');
    writeFileSync(path, whole);
    const opened = await openCryptFile(path, keys);
    expect(opened).toMatchObject({ prefix: { generation }, packed: 'zlib', verdict: { checksum: 'right' } });
    expect(hasChecksum(path, generation)).toBe(true);
    opened.close();
  });
  it('gives the content of a file without a checksum, and says that there is none', async () => {
    const path = join(folder, 'bare');
    writeFileSync(path, writeCryptFile({ generation, content, withChecksum: false }));
    const opened = await openCryptFile(path, keys);
    expect(opened.verdict.checksum).toBe('absent');
    expect(hasChecksum(path, generation)).toBe(false);
    opened.close();
  });
  it('says which key is wanted where there is none, or one of another generation', async () => {
    const other: WhatsAppKeys = generation === 'crypt15' ? { phoneKey: phoneKey! } : { key };
    expect(await outcome(whole, {})).toEqual({ code: 'key-required', bytes: 0 });
    expect(await outcome(whole, other)).toEqual({ code: 'wrong-key', bytes: 0 });
  });
  it('gives nothing of a file that was cut anywhere', async () => {
    for (let length = 0; length < whole.length; length += length < 120 ? 1 : 509) {
      expect(await outcome(whole.subarray(0, length), keys), `cut to ${length}`).toEqual({ code: 'damaged', bytes: 0 });
    }
    for (let less = 1; less <= 40; less++) {
      const seen = await outcome(whole.subarray(0, -less), keys);
      // without its MD5 it is a file that has none: whole, and said to be so
      if (less === 16) expect(seen.code).toBe(generation === 'crypt12' ? 'bad-checksum' : 'ok');
      else expect(seen, `cut by ${less}`).toEqual({ code: 'damaged', bytes: 0 });
    }
  });
  it('never takes a file with one flipped bit for whole', async () => {
    const near = Array.from({ length: headerBytes + 20 }, (_, at) => at);
    const end = Array.from({ length: 40 }, (_, at) => whole.length - 1 - at);
    const between = Array.from({ length: 40 }, (_, at) => (at * 97) % whole.length);
    for (const at of new Set([...near, ...end, ...between])) {
      for (const bit of at < headerBytes ? [at % 8, (at + 3) % 8] : [at % 8]) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << bit;
        const { code, bytes } = await outcome(changed, keys);
        const isChecksum = at >= whole.length - 16 - endingBytes && at < whole.length - endingBytes;
        const isEnding = at >= whole.length - endingBytes;
        // the header, the MD5 and the ending are not authenticated: what they hide is found whole, and said to be damaged.
        // Nothing covers the digits of the ending: one that is still a digit cannot be told from another
        const allowed = isEnding
          ? ['bad-checksum', 'ok']
          : at < headerBytes || isChecksum
            ? ['bad-checksum', 'damaged']
            : ['damaged'];
        expect(allowed, `bit ${bit} of byte ${at}: ${code}`).toContain(code);
        if (code === 'damaged') expect(bytes).toBe(0);
      }
    }
  });
});

describe.each(['crypt12', 'crypt14'] as const)('openCryptFile on a written %s under another key file', (generation) => {
  const whole = writeCryptFile({ generation, content: seed('a database', 5000) });
  const other = { phoneKey: readWhatsAppKeyFile(phoneKeyFile({ googleId: Buffer.from(seed('other', 16)) })).phoneKey! };

  it('says before decrypting that the key file is another one', async () => {
    const path = join(folder, 'other');
    writeFileSync(path, whole);
    let read = 0;
    const opening = openCryptFile(path, other, { onRead: (bytes) => (read += bytes) });
    await expect(opening).rejects.toThrow(/names another key/);
    await expect(opening).rejects.toMatchObject({ code: 'wrong-key' });
    expect(read).toBe(0);
  });
  it('lets the tag decide where the file is damaged as well', async () => {
    const changed = Buffer.from(whole);
    changed[2000]! ^= 1;
    expect(await outcome(changed, other)).toEqual({ code: 'damaged', bytes: 0 });
  });
  it('says wrong key where all names agree and the key does not', async () => {
    const forged = readWhatsAppKeyFile(phoneKeyFile({ cipherKey: Buffer.from(seed('other', 32)) }));
    expect(await outcome(whole, forged)).toEqual({ code: 'wrong-key', bytes: 0 });
  });
});

describeWithTestData('openCryptFile on fixtures', (data) => {
  const file = (name: string): string => data.path('fixtures', 'derived', name);
  const facts = [
    ['msgstore-10k.db.crypt15', '7414115162c76998443c7393d4a2301420eae77ad572689378041f06b0e2f373', 'right'],
    ['msgstore-221k.db.crypt15', '127ab28d2b4927093913c2ee7aa11901ddf30b621b4d8fc9c3b7bfab62dd130a', 'right'],
    ['wa-10k.db.crypt15', '0aedb93ccbba2a31e0355c4ec3e82d5f5f2a5e6d3fd4d581b05f0c487f341085', 'right'],
    ['multifile.crypt15', '70b6b1718c499277138a686828165fdf5f07fb532500363366d641e0362d35ea', 'absent'],
    ['msgstore-longheader.db.crypt15', '1425b944a2e3885fc936a7bb82f6548c5cc09523a2f61f02aa836c4ed8bbd16e', 'right'],
  ] as const;

  it.each(facts)('gives the known bytes of %s', async (name, sha256, checksum) => {
    expect(await outcome(file(name))).toMatchObject({ code: 'ok', sha256 });
    const opened = await openCryptFile(file(name), { key });
    expect(opened.verdict.checksum).toBe(checksum);
    expect(opened.prefix.numberEndsWith).toBe('67');
    opened.close();
    expect(hasChecksum(file(name), 'crypt15')).toBe(checksum === 'right');
  });
  it('reads a prefix of 290 bytes', async () => {
    const opened = await openCryptFile(file('msgstore-longheader.db.crypt15'), { key });
    expect(opened.prefix).toMatchObject({ headerBytes: 292, appVersion: '2.26.18.75' });
    opened.close();
  });
  it.each(facts)('gives nothing of %s under another key', async (name, _sha256, checksum) => {
    const code = checksum === 'absent' ? 'damaged' : 'wrong-key';
    expect(await outcome(file(name), { key: foreignKey })).toEqual({ code, bytes: 0 });
  });
  it('gives nothing of a file that was cut, at any kilobyte', async () => {
    const whole = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
    let cases = 0;
    for (let length = 0; length < whole.length; length += 1024, cases++) {
      expect(await outcome(whole.subarray(0, length)), `cut to ${length}`).toEqual({ code: 'damaged', bytes: 0 });
    }
    for (let less = 1; less <= 48; less++, cases++) {
      // without its last 16 bytes it is a file without an MD5: whole, and said to be so
      const expected = less === 16 ? { code: 'ok' } : { code: 'damaged', bytes: 0 };
      expect(await outcome(whole.subarray(0, -less)), `cut by ${less}`).toMatchObject(expected);
    }
    expect(cases).toBe(434 + 48);
  });
  it('gives nothing of a file with one flipped bit, wherever it is', async () => {
    const whole = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
    const headerBytes = 135;
    const positions = new Set([
      ...Array.from({ length: headerBytes + 20 }, (_, at) => at),
      ...Array.from({ length: 50 }, (_, at) => whole.length - 1 - at),
      ...Array.from({ length: 100 }, (_, at) => (at * 4421) % whole.length),
    ]);
    for (const at of positions) {
      const changed = whole.slice();
      changed[at]! ^= 1 << (at % 8);
      const seen = await outcome(changed);
      // the nonce, the ciphertext and the tag are authenticated; the rest of the prefix and the MD5 are not
      if (seen.code === 'bad-checksum') {
        expect(at < headerBytes || at >= whole.length - 16, `flipped at ${at}`).toBe(true);
        expect(seen.sha256).toBe(facts[0][1]);
      } else {
        expect(seen, `flipped at ${at}`).toEqual({ code: 'damaged', bytes: 0 });
      }
    }
    expect(positions.size).toBeGreaterThan(290);
  });
});
