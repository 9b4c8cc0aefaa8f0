import { maximumGuesses, replayBudget, verifyChain, type LedgerEvent, type VerifiedChain } from '@coffer/evidence';
import { proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { VaultError } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryAttempt, type MemoryVault } from './memory-vault';

const right = 'right';

/** What may happen to an account, in any order, also at the same time. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('guess' as const), isRight: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'burst' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'register' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'shred' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let vault: MemoryVault;
beforeAll(async () => {
  vault = await memoryVault({ guessDelaysMs: [], registrationsPerDay: 1_000 });
});

/** Histories that are tried. */
const histories = proofSize({ sample: 500, long: 10_000 });
/** Steps of the longest history: in a sample still enough for two shreds and what comes between them. */
const longest = proofSize({ sample: 25, long: 40 });
const patience = { timeout: proofSize({ sample: 600_000, long: 7_200_000 }) };

describe('any history of guesses, successes, resumptions, waits and registrations', patience, () => {
  it('evaluates at most 10 guesses between two proven successes, and its ledger replays to its budget', async () => {
    const started = performance.now();
    const figures = { steps: 0, events: 0, guesses: 0, shreds: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: longest }), async (steps) => {
        const events = await live(steps);
        figures.steps += steps.length;
        figures.events += events.length;
        figures.guesses += events.filter(({ kind }) => kind === 'guess').length;
        figures.shreds += events.filter(({ kind }) => kind === 'keyslot-shredded').length;
      }),
      { numRuns: histories, seed: runSeedNumber('budget-histories') },
    );
    // Histories in which nothing happened would prove nothing.
    expect(figures.guesses).toBeGreaterThan(histories);
    expect(figures.shreds).toBeGreaterThan(0);
    recordProof({
      proof: 'budget-histories',
      count: histories,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After every step of every history at most 10 guesses were evaluated since the last proven success, the hash chain ' +
        'holds, and it replays to exactly the stored budget and the serial of the stored record.',
      figures,
    });
  });
});

/** Walks one history of a new account, asserting after each step. @returns its whole ledger, verified */
async function live(steps: readonly Step[]): Promise<readonly LedgerEvent[]> {
  const device = new MemoryDevice(vault);
  await device.setPassword(right);
  const { accountId } = await device.account();
  const open: MemoryAttempt[] = [];
  const seen: LedgerEvent[] = [];
  let position: VerifiedChain['position'] | undefined;
  const recorded = (): readonly Uint8Array[] => vault.store.rows(accountId).events.map(({ event }) => event);
  for (const one of steps) {
    await walk(one, device, open, accountId);
    // What an earlier step verified is verified again once, at the end.
    const added = recorded().slice(seen.length);
    const chain = verifyChain(added, { account: accountId, ...(position === undefined ? {} : { from: position }) });
    position = chain.position;
    seen.push(...chain.events);
    const { budget, record } = vault.store.rows(accountId);
    expect(replayBudget(seen)).toEqual(budget);
    expect(mostGuessesBetweenProofs(seen)).toBeLessThanOrEqual(maximumGuesses);
    expect(record?.serial ?? 0).toBe(budget.serial);
  }
  return verifyChain(recorded(), { account: accountId }).events;
}

function mostGuessesBetweenProofs(events: readonly LedgerEvent[]): number {
  let [since, most] = [0, 0];
  for (const { kind } of events) {
    if (kind === 'guess') most = Math.max(most, ++since);
    if (kind === 'proven' || kind === 'keyslot-proven') since = 0;
  }
  return most;
}

async function walk(one: Step, device: MemoryDevice, open: MemoryAttempt[], accountId: string): Promise<void> {
  const guess = async (isRight: boolean): Promise<void> => {
    const attempt = device.attempt(isRight ? right : 'wrong');
    if (await allowed(() => device.start(attempt))) open.push(attempt);
  };
  switch (one.kind) {
    case 'guess':
      return guess(one.isRight);
    case 'burst':
      await Promise.all(Array.from({ length: 15 }, () => guess(false)));
      return;
    case 'resume':
    case 'finish': {
      const attempt = open[one.which % Math.max(1, open.length)];
      if (attempt === undefined) return;
      const started = await allowed(() => device.start(attempt));
      if (one.kind === 'finish' && started !== undefined) await allowed(() => device.finish(attempt, started));
      return;
    }
    case 'wait':
      vault.advance(one.minutes * 60_000);
      return;
    case 'register':
      await device.setPassword(right);
      return;
    case 'shred':
      await vault.recovery.shred(accountId);
      return;
  }
}

/** What the vault gives; undefined where it refuses. Anything but its own refusals is a failure. */
async function allowed<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
