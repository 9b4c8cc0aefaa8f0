import { describe, expect, it } from 'vitest';

import { EvidenceError } from './errors';
import { bytes, decodeShape, encodeShape, nullable, record, text, whole } from './shape';

interface Sample {
  readonly id: Uint8Array;
  readonly name: string | null;
  readonly count: number;
}
const shape = record<Sample>({ id: bytes(4), name: nullable(text(10)), count: whole() });
const sample: Sample = { id: Uint8Array.of(1, 2, 3, 4), name: null, count: 2 };

describe('encodeShape', () => {
  it('gives bytes whose slice is a copy', () => {
    const encoded = encodeShape(shape, sample, 100, 'event-invalid');
    const copy = encoded.slice();
    copy.fill(0);
    expect(Object.getPrototypeOf(encoded)).toBe(Uint8Array.prototype);
    expect(decodeShape(shape, encoded, 100, 'event-invalid')).toEqual(sample);
  });

  it('refuses what the reader would refuse', () => {
    expect(() => encodeShape(shape, { ...sample, count: -1 }, 100, 'event-invalid')).toThrow(EvidenceError);
    expect(() => encodeShape(shape, { ...sample, more: 1 } as Sample, 100, 'event-invalid')).toThrow(EvidenceError);
    expect(() => encodeShape(shape, sample, 5, 'event-invalid')).toThrow(
      expect.objectContaining({ reason: 'too-large' }),
    );
  });

  it('reads no field of a prototype', () => {
    const inherited = Object.create(sample) as Sample;
    expect(() => encodeShape(shape, inherited, 100, 'event-invalid')).toThrow(EvidenceError);
  });
});
