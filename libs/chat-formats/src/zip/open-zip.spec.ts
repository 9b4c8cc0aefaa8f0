import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackEntry } from './open-zip';
import type { ByteSource, ZipEntry } from './zip-directory';

const content = new Uint8Array(400_000).fill(7);
const stored = new Uint8Array(deflateRawSync(content));
const headerBytes = 30;

/** A zip of one file without a name. */
function source(): ByteSource {
  const bytes = new Uint8Array(headerBytes + stored.length);
  new DataView(bytes.buffer).setUint32(0, 0x04034b50, true);
  bytes.set(stored, headerBytes);
  return { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const entry: ZipEntry = {
  ...{ name: 'f', method: 'deflated', isEncrypted: false, headerOffset: 0 },
  ...{ crc32: crc32(content), sizeBytes: content.length, compressedBytes: stored.length },
};

/** What comes out, and how much room was made for it each time. */
function unpacked(changed: Partial<ZipEntry>): { readonly bytes: Uint8Array; readonly rooms: readonly number[] } {
  const rooms: number[] = [];
  const inflate = (bytes: Uint8Array, maximumBytes: number): Uint8Array => {
    rooms.push(maximumBytes);
    return inflateRawSync(bytes, { maxOutputLength: maximumBytes });
  };
  try {
    return {
      bytes: unpackEntry(source(), { ...entry, ...changed }, { limitBytes: 2 ** 31, inflate, crc32 }),
      rooms,
    };
  } catch (error) {
    throw Object.assign(error as Error, { rooms });
  }
}

describe('unpackEntry', () => {
  it('unpacks what shrinks nearly as far as deflate can', () => {
    expect(content.length / stored.length).toBeGreaterThan(900);
    const { bytes, rooms } = unpacked({});
    expect(crc32(bytes)).toBe(entry.crc32);
    expect(rooms).toEqual([content.length]);
  });

  it('makes no room for a size that no deflated bytes can give', () => {
    const claim = { sizeBytes: stored.length * 1032 + 1 };
    expect(() => unpacked(claim)).toThrow(expect.objectContaining({ code: 'damaged', rooms: [] }));
  });

  it('refuses a stored file whose two sizes differ before it is read', () => {
    expect(() => unpacked({ method: 'stored' })).toThrow(expect.objectContaining({ code: 'damaged', rooms: [] }));
  });
});
