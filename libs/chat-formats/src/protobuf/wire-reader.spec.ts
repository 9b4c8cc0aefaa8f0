import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { FieldCursor } from './field-cursor';
import { readFields, readVarint } from './read-fields';
import { signedVarint, WireReader } from './wire-reader';

/** A varint of 64 bits. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, value); ; left >>= 7n) {
    const byte = Number(left & 0x7fn);
    if (left < 0x80n) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
const damaged = expect.objectContaining({ code: 'damaged' }) as unknown;
const of = (bytes: readonly number[]): WireReader => new WireReader(Uint8Array.from(bytes));

describe('WireReader', () => {
  property.prop([fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })])(
    'reads every number of 64 bits, and where it ends',
    (value) => {
      const bytes = Uint8Array.from([7, ...varint(value), 7]);
      const wire = new WireReader(bytes, 1);
      const nearly = wire.varint(bytes.length);
      expect(wire.at).toBe(bytes.length - 1);
      expect(wire.exact(1)).toBe(value);
      expect(signedVarint(bytes, 1, wire.at)).toBe(BigInt.asIntN(64, value));
      if (value < 2n ** 53n) expect(nearly).toBe(Number(value));
      else expect(nearly).toBeGreaterThanOrEqual(2 ** 53);
    },
  );
  it.each([
    ['is cut', [0x80], 1],
    ['ends where it may not be read', [0x80, 1], 1],
    ['has eleven bytes', [...new Array<number>(10).fill(0x80), 1], 11],
  ])('refuses a number that %s', (_name, bytes, end) => {
    expect(() => of(bytes).varint(end)).toThrow(damaged);
  });
  it.each([
    ['0', varint(0n)],
    ['0, with a length', varint(2n)],
    ['2^29', varint(2n ** 32n)],
  ])('refuses the field of number %s', (_name, bytes) => {
    expect(() => of(bytes).tag(bytes.length)).toThrow(damaged);
    const field = Uint8Array.from([...bytes, 0]);
    expect(() => new FieldCursor(field).next()).toThrow(damaged);
    expect(() => [...readFields(field)]).toThrow(damaged);
  });
  it('takes the largest number that a field can have', () => {
    const bytes = varint(2n ** 32n - 8n);
    const wire = of(bytes);
    wire.tag(bytes.length);
    expect([wire.number, wire.wireType]).toEqual([2 ** 29 - 1, 0]);
  });
  it.each([
    ['a length', [0x0a, 3, 1, 2]],
    ['eight bytes', [0x09, 1, 2, 3, 4, 5, 6, 7]],
    ['four bytes', [0x0d, 1, 2, 3]],
    ['a group', [0x0b, 0]],
  ])('refuses %s where there are not so many bytes, or no such thing', (_name, bytes) => {
    const wire = of(bytes);
    wire.tag(bytes.length);
    expect(() => wire.span(bytes.length)).toThrow(damaged);
  });
});

describe('readVarint', () => {
  it('refuses what JavaScript cannot count to', () => {
    expect(readVarint(Uint8Array.from(varint(2n ** 53n - 1n)), 0).value).toBe(2 ** 53 - 1);
    expect(() => readVarint(Uint8Array.from(varint(2n ** 53n)), 0)).toThrow(damaged);
    expect(() => [...readFields(Uint8Array.from([8, ...varint(-1n)]))]).toThrow(damaged);
  });
});
