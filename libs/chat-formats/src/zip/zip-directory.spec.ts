import { describe, expect, it } from 'vitest';

import { readZipDirectory, zipLimits, type ByteSource } from './zip-directory';

const lineBytes = 46;

/** What the end of a zip64 says of the list of files. */
interface Claim {
  readonly count: number;
  readonly length: number;
}

/** A zip of which nothing but the end is there, and how many bytes of it were read. */
function zipOf({ count, length }: Claim): ByteSource & { bytesRead: number } {
  const end = new DataView(new ArrayBuffer(56 + 20 + 22));
  end.setUint32(0, 0x06064b50, true);
  end.setBigUint64(32, BigInt(count), true);
  end.setBigUint64(40, BigInt(length), true);
  end.setUint32(56, 0x07064b50, true);
  end.setBigUint64(56 + 8, BigInt(length), true);
  end.setUint32(76, 0x06054b50, true);
  end.setUint16(76 + 10, 0xffff, true);
  const source = {
    sizeBytes: length + end.byteLength,
    bytesRead: 0,
    read: (offset: number, bytes: number) => {
      source.bytesRead += bytes;
      const part = new Uint8Array(bytes);
      const from = Math.max(0, length - offset);
      part.set(new Uint8Array(end.buffer).subarray(Math.max(0, offset - length)).subarray(0, bytes - from), from);
      return part;
    },
  };
  return source;
}

describe('readZipDirectory', () => {
  it.each<[string, Claim, string]>([
    ['a million files', { count: 1_000_000, length: 1_000_000 * lineBytes }, 'too-large'],
    ['one file more than it may', { count: zipLimits.entries + 1, length: lineBytes }, 'too-large'],
    ['one file in a list of gigabytes', { count: 1, length: 2 ** 32 }, 'too-large'],
    ['more files than there are numbers', { count: Number.MAX_SAFE_INTEGER, length: lineBytes }, 'too-large'],
    ['files that the list does not hold', { count: zipLimits.entries, length: lineBytes }, 'damaged'],
  ])('B16: refuses %s before the list is read', (_name, claim, code) => {
    const source = zipOf(claim);
    expect(() => readZipDirectory(source)).toThrow(expect.objectContaining({ code }));
    // The end, with room for the longest comment, and no more of the list than its one line.
    expect(source.bytesRead).toBeLessThan(66_000);
  });
});
