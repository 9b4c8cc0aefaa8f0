import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import { runSeed, seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteNow, ownedAccount, storedObjects, tablesWith } from './erased-account';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(2, {
    ...{ COFFER_GUESS_DELAYS: '0', COFFER_TEST_WAITS: '600,600,600,5,3', COFFER_LEDGER_CHECK_SECONDS: '0.5' },
  });
}, 180_000);
afterAll(() => bench.stop());

interface DeletionBody {
  readonly deletionId: string;
  readonly state: string;
  readonly dueAt: string;
}

const ask = (device: TestDevice) => device.call<DeletionBody & { code: string }>('POST', '/v1/account/deletion');
const cancel = async (device: TestDevice, deletionId: string) =>
  device.call('POST', '/v1/account/deletion/cancel', await device.statement('cancel-deletion', { deletionId }));
async function isClosed(accountId: string): Promise<boolean> {
  const rows = await bench.sql<{ closed: boolean }>(
    'SELECT closed_at IS NOT NULL AS closed FROM accounts WHERE account_id = $1::uuid',
    [accountId],
  );
  return rows[0]?.closed ?? true;
}

describe('an account that its owner deletes', () => {
  it('C20: is closed at once while devices upload, and then erased whole: no object, no row, no name', async () => {
    const mine = await ownedAccount(bench.device());
    const { accountId } = await mine.device.account();
    const leaves = 'SELECT count(*)::int AS n FROM ledger_leaves WHERE account_id = $1::uuid';
    const thief = bench.device(bench.apis[1], mine.device.subject);
    expect((await deleteNow(thief, thief)).body['code']).toBe('statement-invalid');
    let isOver = false;
    const statuses = new Set<number>();
    const uploads = Array.from({ length: 4 }, async (_, lane) => {
      for (let count = 0; !isOver; count++) {
        statuses.add((await mine.put(`packs/1/0${lane}/${lane}${count}`, randomBytes(2_000))).status);
      }
    });
    await pause(300);
    const deleted = await deleteNow(mine.device);
    expect([deleted.status, deleted.body['state']]).toEqual([200, 'closed']);
    await pause(300);
    isOver = true;
    await Promise.all(uploads);
    // Who was let in a moment before the account closed may find that the repository is gone (404).
    expect([...statuses].filter((status) => status !== 404).sort()).toEqual([201, 410]);
    for (const answer of [
      await mine.device.call('GET', '/v1/account'),
      await thief.call('GET', '/v1/keyslots'),
      await thief.startLogin(await thief.beginAttempt('right')),
      await ask(thief),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([410, 'account-closed']);
    }
    await expect.poll(() => bench.sql(leaves, [accountId]), { timeout: 60_000 }).toEqual([{ n: 0 }]);
    await expect.poll(() => tablesWith(bench, accountId), { timeout: 20_000 }).toEqual([]);
    expect(storedObjects(bench, mine)).toBe(0);

    // The tree stays and holds, and the vault's own chain says that an account was erased.
    const freed = await bench.sql<{ n: number }>(
      'SELECT count(*)::int AS n FROM ledger_leaves WHERE account_id IS NULL',
    );
    expect(freed[0]!.n).toBeGreaterThan(5);
    const before = Date.now();
    const checked = `SELECT check_holds AS holds FROM ledger_state WHERE checked_at > to_timestamp($1::float8 / 1000)`;
    await expect.poll(() => bench.sql(checked, [before]), { timeout: 30_000 }).toEqual([{ holds: true }]);
    const erased = `SELECT count(*)::int AS n FROM ledger_events WHERE kind = 'account-erased'`;
    expect(await bench.sql(erased)).toEqual([{ n: 1 }]);

    // Whoever signs in later begins anew.
    const later = bench.device(bench.apis[0], mine.device.subject);
    const account = await later.account();
    expect(account.accountId).not.toBe(accountId);
    expect(account.ownerGeneration).toBe(0);
    expect(await later.budget()).toEqual({ attemptsRemaining: 10, nextAttemptAt: null });
  }, 180_000);
});

describe('a deletion that is asked for without the key', () => {
  it('needs a fresh sign-in, and closes the account when nobody cancels it', async () => {
    const mine = await ownedAccount(bench.device());
    const { accountId } = await mine.device.account();
    const old = await bench.issuer.token(mine.device.subject, { auth_time: Math.floor(Date.now() / 1000) - 301 });
    const stale = await mine.device.call('POST', '/v1/account/deletion', undefined, { authorization: `Bearer ${old}` });
    expect([stale.status, stale.body['code']]).toEqual([401, 'fresh-login-required']);
    const thief = bench.device(bench.apis[1], mine.device.subject);
    const asked = await ask(thief);
    expect([asked.status, asked.body.state]).toEqual([201, 'waiting']);
    expect((await ask(thief)).body.deletionId).toBe(asked.body.deletionId);
    expect((await thief.call<{ deletion: DeletionBody }>('GET', '/v1/account/deletion')).body.deletion).toMatchObject({
      deletionId: asked.body.deletionId,
    });
    await expect.poll(() => isClosed(accountId), { timeout: 20_000 }).toBe(true);
  });

  it('is cancelled by the password, by the owner’s veto and by the owner’s stop of guesses, and by no stranger', async () => {
    const acts: readonly ((device: TestDevice, deletionId: string) => Promise<{ readonly status: number }>)[] = [
      (device) => device.recoverPatiently('right'),
      (device, deletionId) => cancel(device, deletionId),
      async (device) => device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds: 1 })),
    ];
    await Promise.all(
      acts.map(async (act) => {
        const mine = await ownedAccount(bench.device());
        const { accountId } = await mine.device.account();
        const { deletionId } = (await ask(mine.device)).body;
        const thief = bench.device(bench.apis[1], mine.device.subject);
        expect((await cancel(thief, deletionId)).body['code']).toBe('statement-invalid');
        expect([200, 204]).toContain((await act(mine.device, deletionId)).status);
        await pause(6_500);
        expect(await isClosed(accountId)).toBe(false);
        expect((await mine.device.call('GET', '/v1/account/deletion')).body).toEqual({ deletion: null });
        expect(storedObjects(bench, mine)).toBeGreaterThan(0);
      }),
    );
  });

  it('is either cancelled or carried out when the veto comes at the end of the wait, over two processes', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, async (_, round) => {
        const device = bench.device(bench.apis[round % 2]);
        expect((await device.activateDigits()).status).toBe(201);
        const { accountId } = await device.account();
        const { deletionId, dueAt } = (await ask(device)).body;
        const signed = await device.statement('cancel-deletion', { deletionId });
        // The sweep comes once a second: somewhere in that second, by the run's seed.
        const offset = seed(`${runSeed()} deletion ${round}`, 1)[0]! * 4;
        await pause(Math.max(0, Date.parse(dueAt) - Date.now() + offset));
        const answer = await device.call('POST', '/v1/account/deletion/cancel', signed);
        const isKept = answer.status === 204;
        if (!isKept) expect([answer.status, answer.body['code']]).toEqual([410, 'account-closed']);
        await pause(1_500);
        expect(await isClosed(accountId)).toBe(!isKept);
        const kinds = await bench.sql<{ kind: string }>(
          `SELECT kind FROM ledger_events WHERE account_id = $1::uuid AND kind IN ('deletion-cancelled', 'account-closed')`,
          [accountId],
        );
        if (isKept) expect(kinds).toEqual([{ kind: 'deletion-cancelled' }]);
        else expect(kinds.map(({ kind }) => kind)).not.toContain('deletion-cancelled');
        return isKept;
      }),
    );
    expect(results).toHaveLength(8);
  }, 120_000);
});
