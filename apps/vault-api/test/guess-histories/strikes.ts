import { sequencerSteps, vaultSteps, type VaultStep } from '@coffer/key-vault';
import fc from 'fast-check';
import type { Strike } from './battered-vault';

/** Steps of a rotation are met in rotation-kill.spec.ts and faults.spec.ts. */
const stepsOfGuesses = vaultSteps.filter((step: VaultStep) => !step.startsWith('rotation-'));

/** Steps at which a process is killed. */
export const struckSteps: readonly string[] = [...stepsOfGuesses, ...sequencerSteps];

/** Of the steps so many in one season. */
const chosen = { ofGuesses: 4, ofSequencer: 1 };

/** Seasons after which a kill has fallen at every step. */
export const seasonsForEveryStep = Math.max(
  Math.ceil(stepsOfGuesses.length / chosen.ofGuesses),
  Math.ceil(sequencerSteps.length / chosen.ofSequencer),
);

/** The steps of the season of that number, from the order that the seed gives: each in its turn. */
function stepsInTurn<Step>(all: readonly Step[], count: number, seed: number, season: number): readonly Step[] {
  const order = fc.sample(some(all, all.length), { numRuns: 1, seed })[0]!;
  return Array.from({ length: count }, (_, at) => order[(season * count + at) % order.length]!);
}

function some<Item>(items: readonly Item[], count: number): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: count, maxLength: count });
}

/**
 * The strikes of one season in an order that the seed chooses: a kill at each of the steps whose turn it is, one at some moment, one
 * of the postmaster; a dump, and that it is put back two rounds or more later.
 *
 * @param runSeed - the same for all seasons of a run: gives the steps their turns
 * @param season - its number, from 0
 */
export function strikesOfSeason(seed: number, runSeed: number, season: number): readonly Strike[] {
  const ofGuesses = stepsInTurn(stepsOfGuesses, chosen.ofGuesses, runSeed, season);
  const ofSequencer = stepsInTurn(sequencerSteps, chosen.ofSequencer, runSeed, season);
  const strikes = fc
    .record({
      moments: fc.array(fc.integer({ min: 50, max: 1_200 }), { minLength: 7, maxLength: 7 }),
      downMs: fc.integer({ min: 0, max: 800 }),
    })
    .chain(({ moments, downMs }) => {
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
  return fc.sample(strikes, { numRuns: 1, seed })[0]!;
}
