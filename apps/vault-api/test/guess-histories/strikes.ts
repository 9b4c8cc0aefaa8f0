import { sequencerSteps, vaultSteps, type VaultStep } from '@coffer/key-vault';
import { proofSize } from '@coffer/test-kit';
import fc from 'fast-check';
import type { Strike } from './battered-vault';

/** Steps of a rotation are met in rotation-kill.spec.ts and faults.spec.ts. */
const stepsOfGuesses = vaultSteps.filter((step: VaultStep) => !step.startsWith('rotation-'));

/** Of the steps so many in one season; which ones, the seed chooses. */
const chosen = proofSize({
  sample: { ofGuesses: 4, ofSequencer: 1 },
  long: { ofGuesses: stepsOfGuesses.length, ofSequencer: sequencerSteps.length },
});

function some<Item>(items: readonly Item[], count: number): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: count, maxLength: count });
}

/**
 * The strikes of one season in an order that the seed chooses: a kill at each of the steps that are chosen, one at some moment, one
 * of the postmaster; a dump, and that it is put back two rounds or more later.
 */
export function strikesOfSeason(seed: number): readonly Strike[] {
  const season = fc
    .record({
      ofGuesses: some(stepsOfGuesses, chosen.ofGuesses),
      ofSequencer: some(sequencerSteps, chosen.ofSequencer),
      moments: fc.array(fc.integer({ min: 50, max: 1_200 }), { minLength: 7, maxLength: 7 }),
      downMs: fc.integer({ min: 0, max: 800 }),
    })
    .chain(({ ofGuesses, ofSequencer, moments, downMs }) => {
      const [killed = 0, crashed = 0, dumped = 0, restored = 0, ...led] = moments;
      const others: readonly Strike[] = [
        ...ofGuesses.map((step) => ({ kind: 'failpoint' as const, step })),
        ...ofSequencer.map((step, at) => ({ kind: 'sequencer' as const, step, afterMs: led[at] ?? 0 })),
        { kind: 'kill', afterMs: killed },
        { kind: 'postmaster', afterMs: crashed, downMs },
      ];
      return fc.record({
        others: some(others, others.length),
        dumpAt: fc.integer({ min: 0, max: others.length - 3 }),
        later: fc.integer({ min: 2, max: others.length }),
        dump: fc.constant({ kind: 'dump' as const, afterMs: dumped }),
        restore: fc.constant({ kind: 'restore' as const, afterMs: restored }),
      });
    })
    .map(({ others, dumpAt, later, dump, restore }): readonly Strike[] => {
      const restoreAt = Math.min(dumpAt + later, others.length);
      return [
        ...others.slice(0, dumpAt),
        dump,
        ...others.slice(dumpAt, restoreAt),
        restore,
        ...others.slice(restoreAt),
      ];
    });
  return fc.sample(season, { numRuns: 1, seed })[0]!;
}
