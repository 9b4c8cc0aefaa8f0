import { randomBytes } from '@coffer/crypto';
import { proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { VaultError } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryAttempt, type MemoryVault } from './memory-vault';

/** What may come between a request and its identical retry. Time passes as well, but no login's life ends. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('guess' as const), isRight: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat(20), isForged: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('retry' as const), which: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'register' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'veto' as const }) },
);

/** A request that was answered about a named login, and what it was answered. */
interface Answered {
  readonly ask: () => Promise<unknown>;
  readonly answer: string;
}

let vault: MemoryVault;
beforeAll(async () => {
  vault = await memoryVault({ guessDelaysMs: [], registrationsPerDay: 1_000 });
});

const histories = proofSize({ sample: 120, long: 5_000 });

describe('any history of guesses and KE3s', { timeout: proofSize({ sample: 600_000, long: 7_200_000 }) }, () => {
  it('gives the identical request about a login the identical answer, whatever came between, and counts it once', async () => {
    const started = performance.now();
    const figures = { requests: 0, retries: 0, refusals: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const device = new MemoryDevice(vault);
        await device.setPassword('right');
        const account = await device.account();
        const open: { readonly attempt: MemoryAttempt; readonly start: Awaited<ReturnType<MemoryDevice['start']>> }[] =
          [];
        const answered: Answered[] = [];
        const keep = async (ask: Answered['ask']): Promise<unknown> => {
          const [answer, value] = await answerOf(ask);
          answered.push({ ask, answer });
          figures.requests++;
          if (value === undefined) figures.refusals++;
          return value;
        };
        for (const one of steps) {
          if (one.kind === 'guess') {
            const attempt = device.attempt(one.isRight ? 'right' : 'wrong');
            const start = await device.start(attempt).catch(onlyRefusals);
            if (start === undefined) continue;
            open.push({ attempt, start });
            await keep(() => vault.recovery.start(account, attempt.loginId, attempt.ke1));
          } else if (one.kind === 'finish') {
            const found = open[one.which % Math.max(1, open.length)];
            if (found === undefined) continue;
            const right = one.isForged ? undefined : await device.ke3(found.attempt, found.start.ke2, found.start);
            const ke3 = right ?? randomBytes(64);
            await keep(() => vault.recovery.finish(account, found.attempt.loginId, ke3));
          } else if (one.kind === 'retry') {
            const found = answered[one.which % Math.max(1, answered.length)];
            if (found === undefined) continue;
            await expectIdentical(found, account.accountId);
            figures.retries++;
          } else if (one.kind === 'register') {
            await device.setPassword('right');
          } else {
            await device.vetoGuesses(3600);
            await device.vetoGuesses(0);
          }
        }
        for (const each of answered) await expectIdentical(each, account.accountId);
        figures.retries += answered.length;
      }),
      { numRuns: histories, seed: runSeedNumber('identical-retries') },
    );
    expect(figures.refusals).toBeGreaterThan(histories);
    expect(figures.retries).toBeGreaterThan(figures.requests);
    recordProof({
      proof: 'identical-retries',
      count: histories,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'Within the life of a login every request about it, sent again byte for byte at any later point of the history, got ' +
        'exactly the first answer, and changed neither budget nor ledger.',
      figures,
    });
  });
});

async function expectIdentical({ ask, answer }: Answered, accountId: string): Promise<void> {
  const { budget, events, notices } = vault.store.rows(accountId);
  expect((await answerOf(ask))[0]).toBe(answer);
  const after = vault.store.rows(accountId);
  expect(after.budget).toEqual(budget);
  expect([after.events.length, after.notices.length]).toEqual([events.length, notices.length]);
}

/** An answer as text, every field of a refusal included; and the value where it was none. */
async function answerOf(ask: Answered['ask']): Promise<readonly [string, unknown]> {
  try {
    const value = await ask();
    return [textOf(value), value];
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { code, message, fields } = error;
    return [textOf({ code, message, fields }), undefined];
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field,
  );
}

function onlyRefusals(error: unknown): undefined {
  if (!(error instanceof VaultError)) throw error;
  return undefined;
}
