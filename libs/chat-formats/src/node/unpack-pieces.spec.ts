import { crc32, deflateRawSync } from 'node:zlib';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../test/memory-bytes';
import type { ZipEntry } from '../zip/zip-directory';
import { unpackPieces } from './unpack-pieces';

const headerBytes = 30;
/** Shrinks, and comes in several pieces. */
const content = new Uint8Array(Buffer.concat([seed('unpacked', 200_000), new Uint8Array(300_000)]));
const deflated = deflateRawSync(content);

/** A zip of one file without a name, and its line in the list. */
function zipOf(stored: Uint8Array, changed: Partial<ZipEntry>) {
  const bytes = new Uint8Array(headerBytes + stored.length);
  new DataView(bytes.buffer).setUint32(0, 0x04034b50, true);
  bytes.set(stored, headerBytes);
  const entry: ZipEntry = {
    ...{ name: 'f', method: 'deflated', isEncrypted: false, headerOffset: 0 },
    ...{ crc32: crc32(content), sizeBytes: content.length, compressedBytes: stored.length },
    ...changed,
  };
  return { source: bytesOf(bytes), entry };
}

async function unpacked(stored: Uint8Array, changed: Partial<ZipEntry> = {}): Promise<Uint8Array> {
  const { source, entry } = zipOf(stored, changed);
  const pieces: Uint8Array[] = [];
  for await (const piece of unpackPieces(source, entry)) pieces.push(Uint8Array.from(piece));
  return new Uint8Array(Buffer.concat(pieces));
}

describe('unpackPieces', () => {
  it('gives what was packed, deflated or stored', async () => {
    expect(await unpacked(deflated)).toEqual(content);
    expect(await unpacked(content, { method: 'stored' })).toEqual(content);
    const nothing = { sizeBytes: 0, crc32: 0 };
    expect(await unpacked(deflateRawSync(new Uint8Array()), nothing)).toEqual(new Uint8Array());
  });

  it.each<[string, Uint8Array, Partial<ZipEntry>]>([
    ['another checksum', deflated, { crc32: 1 }],
    ['fewer bytes than it gives', deflated, { sizeBytes: content.length - 1 }],
    ['more bytes than it gives', deflated, { sizeBytes: content.length + 1 }],
    ['more bytes than deflated ones can give', deflated, { sizeBytes: deflated.length * 1032 + 1 }],
    ['a stored file of another size', content, { method: 'stored', sizeBytes: content.length + 1 }],
    ['deflated bytes that are none', seed('no deflate', 1000), {}],
    ['deflated bytes that are cut', deflated.subarray(0, 1000), {}],
    ['a place outside of the zip', deflated, { headerOffset: 1e9 }],
  ])('says damaged for %s', async (_what, stored, changed) => {
    await expect(unpacked(stored, changed)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('never gives more than the list says', async () => {
    const { source, entry } = zipOf(deflated, { sizeBytes: 1000 });
    let given = 0;
    const readAll = async (): Promise<void> => {
      for await (const piece of unpackPieces(source, entry)) given += piece.length;
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'damaged' });
    expect(given).toBe(0);
  });

  it('refuses what is encrypted or packed in a rare way', async () => {
    await expect(unpacked(deflated, { isEncrypted: true })).rejects.toMatchObject({ code: 'unsupported-format' });
    await expect(unpacked(deflated, { method: 'other' })).rejects.toMatchObject({ code: 'unsupported-format' });
  });
});
