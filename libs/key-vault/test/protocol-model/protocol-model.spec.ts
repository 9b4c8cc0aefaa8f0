import { isLongRun, recordProof } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { explore } from './explore';
import { breaksPromise, canonicalState, startOf, stepsOf, type Fault, type ModelOptions } from './model';

const search = (options: ModelOptions) =>
  explore(startOf(options), canonicalState, (state) => stepsOf(state, options), breaksPromise);

const small: ModelOptions = { logins: 3, left: 1, crashes: 0, restores: 0 };

/** States of each search are asserted, so that a model that lost its steps does not pass for one that holds. */
const sampled: readonly [ModelOptions, number][] = [
  [{ logins: 4, left: 2, crashes: 1, restores: 0 }, 39_328],
  [{ logins: 3, left: 1, crashes: 1, restores: 1 }, 13_993],
];
const long: readonly [ModelOptions, number][] = [
  ...sampled,
  [{ logins: 4, left: 2, crashes: 2, restores: 0 }, 77_049],
  [{ logins: 3, left: 2, crashes: 0, restores: 1 }, 240_825],
];

describe('every interleaving of two vault processes, a database, its anchor and a thief', () => {
  it('keeps P3 through kills, lost COMMIT answers, resumptions, retries and a restored dump', () => {
    const began = performance.now();
    let [states, steps] = [0, 0];
    for (const [options, expected] of isLongRun() ? long : sampled) {
      const found = search(options);
      expect(found.broken).toBeUndefined();
      expect(found.states, JSON.stringify(options)).toBe(expected);
      states += found.states;
      steps += found.steps;
    }
    recordProof({
      ...{ proof: 'protocol-interleavings', count: states, seconds: (performance.now() - began) / 1000 },
      asserted: 'In no reachable state have more than 10 guesses been answered since the last proven success.',
      figures: { steps },
    });
  }, 600_000);
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
