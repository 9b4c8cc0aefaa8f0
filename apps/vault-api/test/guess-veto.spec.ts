import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(2, { COFFER_GUESS_DELAYS: '0', COFFER_LEDGER_CHECK_SECONDS: '0.5' });
}, 180_000);
afterAll(() => bench.stop());

const guesses = `SELECT count(*)::int AS n FROM ledger_events WHERE account_id = $1::uuid AND kind = 'guess'`;

async function veto(device: TestDevice, seconds: number) {
  const answer = await device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds }));
  expect(answer.status).toBe(200);
  return answer.body['vetoedUntil'];
}

describe('the guess veto', () => {
  it('stops guesses at every process, with and without a password record, and leaves owner-signed acts alone', async () => {
    for (const withPassword of [true, false]) {
      const device = bench.device();
      await device.activateDigits();
      device.isOwner = true;
      const serial = withPassword ? (await device.setPassword('right')).serial : 0;
      const until = await veto(device, 3600);
      const there = bench.device(bench.apis[1], device.subject);
      const refused = await there.startLogin(await there.beginAttempt('right'));
      expect([refused.status, refused.body]).toEqual([
        423,
        expect.objectContaining({ code: 'guesses-vetoed', attemptsRemaining: 10, nextAttemptAt: until }),
      ]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
      expect(await there.budget()).toEqual({ attemptsRemaining: 10, nextAttemptAt: until });
      expect((await there.call('GET', '/v1/guess-veto')).body).toEqual({ vetoedUntil: until });
      expect((await device.setPassword('new', serial)).status).toBe(201);
      expect(await veto(device, 0)).toBeNull();
      expect((await there.call('GET', '/v1/guess-veto')).body).toEqual({ vetoedUntil: null });
      expect((await there.recover('new')).status).toBe(200);
    }
  });

  it('lets no guess through that comes after it, whatever is raced, and none is counted', async () => {
    const device = bench.device();
    await device.setPassword('right');
    const attempts = await Promise.all(Array.from({ length: 60 }, () => device.beginAttempt('wrong')));
    const statement = await device.statement('guess-veto', { seconds: 3600 });
    const [answers, set] = await Promise.all([
      Promise.all(
        attempts.map(async (attempt, index) => {
          const here = bench.device(bench.apis[index % 2], device.subject);
          let answer = await here.startLogin(attempt);
          while (answer.status === 503) answer = await here.startLogin(attempt);
          return answer;
        }),
      ),
      device.call('POST', '/v1/guess-veto', statement),
    ]);
    expect(set.status).toBe(200);
    const { accountId } = await device.account();
    const rows = await bench.sql<{ kind: string }>(
      `SELECT kind FROM ledger_events WHERE account_id = $1::uuid ORDER BY number`,
      [accountId],
    );
    const kinds = rows.map(({ kind }) => kind);
    expect(kinds.slice(kinds.indexOf('guesses-vetoed')).filter((kind) => kind === 'guess')).toEqual([]);
    const started = answers.filter(({ status }) => status === 201).length;
    expect(await bench.sql<{ n: number }>(guesses, [accountId])).toEqual([{ n: started }]);
    expect(answers.filter(({ status }) => status !== 201).every(({ status }) => status === 423)).toBe(true);
    expect((await device.startLogin(await device.beginAttempt('wrong'))).body.code).toBe(
      started === 10 ? 'no-attempts-left' : 'guesses-vetoed',
    );
  });

  it('is refused without the owner’s statement, for more than 72 hours, and twice with one challenge', async () => {
    const device = bench.device();
    await device.activateDigits();
    const thief = bench.device(bench.apis[0], device.subject);
    const stolen = await thief.call('POST', '/v1/guess-veto', await thief.statement('guess-veto', { seconds: 60 }));
    expect([stolen.status, stolen.body['code']]).toEqual([403, 'statement-invalid']);
    const statement = await device.statement('guess-veto', { seconds: 60 });
    expect((await device.call('POST', '/v1/guess-veto', statement)).status).toBe(200);
    expect((await device.call('POST', '/v1/guess-veto', statement)).body['code']).toBe('challenge-spent');
    await expect(device.statement('guess-veto', { seconds: 259_201 })).rejects.toMatchObject({
      code: 'statement-invalid',
    });
    const before = bench.device();
    await before.account();
    const unowned = await before.call('POST', '/v1/guess-veto', await before.statement('guess-veto', { seconds: 60 }));
    expect([unowned.status, unowned.body['code']]).toEqual([409, 'wrong-owner-generation']);
  });

  it('that was taken away in the database seals the account', async () => {
    const device = bench.device();
    await device.setPassword('right');
    await veto(device, 3600);
    const { accountId } = await device.account();
    await bench.sql('UPDATE budgets SET vetoed_until = NULL WHERE account_id = $1::uuid', [accountId]);
    const sealed = 'SELECT count(*)::int AS n FROM accounts WHERE account_id = $1::uuid AND sealed_at IS NOT NULL';
    await expect.poll(async () => bench.sql(sealed, [accountId]), { timeout: 20_000 }).toEqual([{ n: 1 }]);
  });
});
