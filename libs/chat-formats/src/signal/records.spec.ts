import { varint } from '@coffer/test-kit/node';
import { describe, expect, it } from 'vitest';
import { backupRecords } from './records';

const blockBytes = 1024 * 1024;

describe('backupRecords', () => {
  it('gives records of all lengths whole, and reads over the end of a block only what lies across it', () => {
    const lengths = [0, 100_000, 1, 900_000, 60_000, 0, 2_500_000, 3, blockBytes, 700_000, 20];
    const records = lengths.map((length, index) => new Uint8Array(length).fill(index));
    const bytes = new Uint8Array(Buffer.concat(records.flatMap((record) => [varint(record.length), record])));
    const reads: (readonly [from: number, to: number])[] = [];
    const source = {
      sizeBytes: bytes.length,
      read: (offset: number, length: number) => {
        reads.push([offset, offset + length]);
        return bytes.subarray(offset, offset + length);
      },
    };
    const found = Array.from(backupRecords(source), ({ offset, bytes: window, start, end }) => {
      const record = Uint8Array.from(window.subarray(start, end));
      expect(Buffer.compare(bytes.subarray(offset, offset + end - start), record)).toBe(0);
      return record;
    });
    expect(found.length).toBe(records.length);
    for (const [index, record] of found.entries()) expect(Buffer.compare(record, records[index]!)).toBe(0);
    const across = reads.filter(([from, to]) => Math.floor(from / blockBytes) !== Math.floor((to - 1) / blockBytes));
    // of three records some lie in two blocks or more; a length can lie across the end of a block as well
    expect(across.length).toBeLessThanOrEqual(6);
    for (const [from, to] of across) expect([10, ...lengths]).toContain(to - from);
  });
});
