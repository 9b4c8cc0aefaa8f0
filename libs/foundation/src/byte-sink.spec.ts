import { describe, expect, it } from 'vitest';

import { ByteSink, concatBytes, toHex } from './index';

/** Bytes that say where they stand. */
const run = (length: number, first: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, at) => (first + at * 7) % 251);

describe('ByteSink', () => {
  it('gives what it took, in order, across the ends of its pieces', () => {
    const runs = [0, 1, 65_535, 1, 65_536, 70_000, 3].map(run);
    const sink = new ByteSink();
    for (const bytes of runs) sink.add(bytes);
    expect(sink.length).toBe(201_076);
    expect(toHex(sink.take())).toBe(toHex(concatBytes(...runs)));
  });

  it('is empty afterwards, and can be used again', () => {
    const sink = new ByteSink();
    expect(sink.take()).toEqual(new Uint8Array());
    sink.add(run(5, 1));
    expect(sink.take()).toEqual(run(5, 1));
    expect([sink.length, sink.take().length]).toEqual([0, 0]);
    sink.add(run(2, 9));
    expect(sink.take()).toEqual(run(2, 9));
  });

  it('puts before all others what is known last', () => {
    const sink = new ByteSink();
    sink.add(run(70_000, 3));
    expect(toHex(sink.take(run(4, 8)))).toBe(toHex(concatBytes(run(4, 8), run(70_000, 3))));
  });

  it('copies what it takes', () => {
    const [sink, bytes] = [new ByteSink(), run(10, 0)];
    sink.add(bytes);
    bytes.fill(0);
    expect(sink.take()).toEqual(run(10, 0));
  });
});
