import { describe, expect, it } from 'vitest';

import { explore } from './explore';
import { breaksPromise, canonicalState, startOf, stepsOf, type Fault, type ModelOptions } from './model';

const search = (options: ModelOptions) =>
  explore(startOf(options), canonicalState, (state) => stepsOf(state, options), breaksPromise);

const small: ModelOptions = { logins: 3, left: 1, crashes: 0, restores: 0 };

describe('every interleaving of two vault processes, a database, its anchor and a thief', () => {
  it('keeps P3 through kills, lost COMMIT answers, resumptions and retries', () => {
    const found = search({ logins: 4, left: 2, crashes: 1, restores: 0 });
    expect(found.broken).toBeUndefined();
    expect(found.states).toBe(39_328);
  }, 120_000);

  it('keeps P3 through a kill and a restored dump', () => {
    const found = search({ logins: 3, left: 1, crashes: 1, restores: 1 });
    expect(found.broken).toBeUndefined();
    expect(found.states).toBe(13_993);
  }, 120_000);
});

describe('the search', () => {
  it.each<[Fault, Partial<ModelOptions>, RegExp]>([
    ['read-then-update', {}, /evaluations/],
    ['evaluate-before-commit', {}, /evaluations/],
    ['evaluate-on-unknown-commit', {}, /evaluations/],
    ['finish-twice', { logins: 4, left: 2 }, /evaluations/],
    ['answer-before-anchor', { restores: 1 }, /answers/],
    ['repair-to-database', { restores: 1 }, /answers/],
    ['unchecked-anchor', { restores: 1 }, /answers/],
  ])(
    'finds what is wrong with %s, and shows the way there',
    (fault, change, why) => {
      const found = search({ ...small, ...change, fault });
      expect(found.broken?.why).toMatch(why);
      expect(found.broken?.way.length).toBeGreaterThan(1);
    },
    120_000,
  );
});
