import { maximumGuesses, replayBudget, verifyChain } from '@coffer/evidence';
import { fc, test as property } from '@fast-check/vitest';
import { beforeAll, describe, expect } from 'vitest';
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

describe('any history of guesses, successes, resumptions, waits and registrations', () => {
  property.prop([fc.array(step, { minLength: 5, maxLength: 40 })], { numRuns: 25 })(
    'evaluates at most 10 guesses between two proven successes, and its ledger replays to its budget',
    async (steps) => {
      const device = new MemoryDevice(vault);
      await device.setPassword(right);
      const { accountId } = await device.account();
      const open: MemoryAttempt[] = [];
      for (const one of steps) {
        await walk(one, device, open, accountId);
        const { events, budget } = vault.store.rows(accountId);
        const chain = verifyChain(
          events.map(({ event }) => event),
          { account: accountId },
        );
        expect(replayBudget(chain.events)).toEqual(budget);
        let since = 0;
        for (const { kind } of chain.events) {
          if (kind === 'guess') expect(++since).toBeLessThanOrEqual(maximumGuesses);
          if (kind === 'proven' || kind === 'keyslot-proven') since = 0;
        }
        const { record } = vault.store.rows(accountId);
        expect(record?.serial ?? 0).toBe(budget.serial);
      }
    },
  );
});

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
