import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from './id-table';

function addAll(ids: readonly string[]): readonly boolean[] {
  const kept: string[] = [];
  const table = new IdTable((index) => kept[index]!);
  return ids.map((id) => {
    const isNew = table.add(id);
    if (isNew) kept.push(id);
    return isNew;
  });
}

describe('IdTable', () => {
  it('knows an id that came before, as a set does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 }), (ids) => {
        const seen = new Set<string>();
        const expected = ids.map((id) => seen.size < seen.add(id).size);
        expect(addAll(ids)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
  it('grows, and finds each of many again', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `id-${index}`);
    expect(addAll(ids).every(Boolean)).toBe(true);
    expect(addAll([...ids, ...ids]).filter(Boolean)).toHaveLength(ids.length);
  });
});
