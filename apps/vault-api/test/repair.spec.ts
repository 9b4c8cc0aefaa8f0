import { repairSteps } from '@coffer/key-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdmin, type AdminRun } from './admin-process';
import { requireSoundBooks } from './ledger-books';
import { copyDatabase } from './rolled-back';
import { StaffRepair } from './staff-repair';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
const reason = "last night's dump was put back'; DROP TABLE repairs; --";
let bench: VaultBench;
let staff: StaffRepair;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0', COFFER_LEDGER_CHECK_SECONDS: '0.5' }, { ownServer: true });
  staff = new StaffRepair(bench, reason);
}, 180_000);
afterAll(() => bench.stop());

const codeOf = ({ exitCode, lines }: AdminRun): readonly unknown[] => [exitCode, lines.at(-1)?.['code']];

async function registered(): Promise<TestDevice> {
  const device = bench.device();
  expect((await device.setPassword(password)).status).toBe(201);
  device.isOwner = true;
  return device;
}

const guessed = (device: TestDevice, word = 'wrong') =>
  expect.poll(async () => (await device.recover(word)).status, { timeout: 45_000, interval: 200 });

describe('coffer-admin repair, after a dump was put back', { timeout: 600_000 }, () => {
  let devices: Record<'guesser' | 'shredded' | 'replaced' | 'bystander', TestDevice>;
  let plan: string;
  /** Guesses that the guesser had left when the dump was put back. */
  let left: number;

  it('A08: the vault seals itself behind its anchor; doctor says so, what is safe and what comes next', async () => {
    expect((await staff.admin('doctor')).exitCode).toBe(0);
    const [guesser, shredded, bystander] = await Promise.all([1, 2, 3].map(registered));
    const replaced = bench.device();
    const { serial } = await replaced.setPassword(password);
    replaced.isOwner = true;
    devices = { guesser: guesser!, shredded: shredded!, replaced, bystander: bystander! };
    expect((await devices.guesser.recover('wrong')).status).toBe(401);
    const dump = await copyDatabase(bench);
    await guessed(devices.guesser).toBe(401);
    for (let more = 0; more < 2; more++) expect((await devices.guesser.recover('wrong')).status).toBe(401);
    for (let more = 0; more < 10; more++) expect((await devices.shredded.recover('wrong')).status).toBe(401);
    expect((await devices.replaced.setPassword('another password', serial)).status).toBe(201);
    const records = await bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM password_records');
    expect(records).toEqual([{ n: 3 }]);
    await expect
      .poll(async () => (await bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM ledger_queue'))[0]!.n)
      .toBe(0);
    left = (await devices.guesser.budget()).attemptsRemaining;
    expect(left).toBeLessThanOrEqual(6);
    await dump.restore();
    await expect
      .poll(async () => (await devices.bystander.call('GET', '/v1/keyslots')).body['code'], { timeout: 45_000 })
      .toBe('vault-sealed');
    const run = await staff.admin('doctor');
    expect(codeOf(run)).toEqual([1, 'unhealthy']);
    const vault = run.lines.find(({ check }) => check === 'vault');
    expect(vault).toMatchObject({ status: 'problem', what: expect.stringContaining('behind its anchor') });
    expect([vault!['safe'], vault!['next']]).toEqual([
      expect.stringContaining('No guess is taken'),
      expect.stringContaining('repair plan'),
    ]);
  });

  it('names one plan, changes nothing by that, and takes no approval but of two different members of staff', async () => {
    const first = await staff.plan();
    ({ plan } = first);
    expect(first).toMatchObject({
      ...{ scope: 'vault', isEmpty: false },
      accounts: { repaired: 3, lowered: 2, recordsDropped: 2, lost: 0, closed: 0 },
      tree: { unknownAccounts: 0 },
    });
    expect((await staff.plan()).plan).toBe(plan);
    expect(codeOf(await staff.admin('repair', 'apply', plan))).toEqual([8, 'not-approved']);
    expect(codeOf(await staff.approve(plan, 'eve', { roles: ['coffer-guest'] }))).toEqual([8, 'forbidden']);
    const stale = Math.floor(Date.now() / 1000) - 3_000;
    expect(codeOf(await staff.approve(plan, 'ann', { auth_time: stale }))).toEqual([8, 'fresh-login-required']);
    const silent = await staff.admin('repair', 'approve', plan, '--token-file', await staff.tokenOf('ann'));
    expect(codeOf(silent)).toEqual([2, 'reason-missing']);
    const one = await staff.approve(plan, 'ann');
    expect([one.exitCode, one.lines.at(-1)]).toEqual([0, expect.objectContaining({ approvals: 1, needed: 2 })]);
    expect(codeOf(await staff.approve(plan, 'ann'))).toEqual([8, 'same-person']);
    expect(codeOf(await staff.admin('repair', 'apply', plan))).toEqual([8, 'not-approved']);
  });

  it('does not take a copied approval, or an edited reason, for one that somebody gave', async () => {
    await bench.sql(
      `INSERT INTO repair_approvals SELECT repair_id, staff || '-2', approved_at, mac FROM repair_approvals`,
    );
    expect(codeOf(await staff.admin('repair', 'apply', plan))).toEqual([8, 'not-approved']);
    await bench.sql(`DELETE FROM repair_approvals WHERE staff LIKE '%-2'`);
    const [kept] = await bench.sql<{ reason: string }>('SELECT reason FROM repairs');
    // D12: what a person types is a value, never a statement.
    expect(kept).toEqual({ reason });
    await bench.sql(`UPDATE repairs SET reason = 'for fun'`);
    expect((await staff.approve(plan, 'bob')).lines.at(-1)).toMatchObject({ approvals: 1 });
    await bench.sql(`DELETE FROM repair_approvals WHERE staff LIKE '% bob'`);
    await bench.sql('UPDATE repairs SET reason = $1', [reason]);
  });

  it('refuses a plan that is not what would be done any more, before and after it was approved', async () => {
    const { accountId } = await accountOf(devices.guesser);
    const edit = (remaining: number) =>
      bench.sql('UPDATE budgets SET remaining = $2::int WHERE account_id = $1::uuid', [accountId, remaining]);
    await edit(2);
    const changed = await staff.approve(plan, 'bob');
    expect(codeOf(changed)).toEqual([8, 'plan-changed']);
    await edit(9);
    expect((await staff.approve(plan, 'bob')).lines.at(-1)).toMatchObject({ approvals: 2 });
    await edit(2);
    expect(codeOf(await staff.admin('repair', 'apply', plan))).toEqual([8, 'plan-changed']);
    await edit(9);
  });

  it('goes on where it was killed, whichever step that was, and the seal goes last', async () => {
    for (const step of repairSteps) {
      expect(await isSealed()).toBe(true);
      const killed = await runAdmin(['repair', 'apply', plan], { ...staff.environment, COFFER_FAILPOINT: step });
      expect([step, killed.exitCode]).toEqual([step, null]);
    }
    const again = await staff.admin('repair', 'apply', plan);
    expect([again.exitCode, again.lines.at(-1)]).toEqual([0, expect.objectContaining({ isAgain: true })]);
    expect(await isSealed()).toBe(false);
  });

  it('D15: what was guessed since the dump stays guessed, what was shredded stays shredded, and it serves again', async () => {
    const { guesser, shredded, replaced, bystander } = devices;
    await guessed(bystander, password).toBe(200);
    expect(await guesser.budget()).toMatchObject({ attemptsRemaining: left });
    expect((await guesser.recover(password)).status).toBe(200);
    expect((await shredded.recover(password)).body['code']).toBe('no-attempts-left');
    expect((await replaced.recover(password)).body['code']).toBe('wrong-guess');
    expect((await replaced.recover('another password')).body['code']).toBe('wrong-guess');
    const records = await bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM password_records');
    expect(records).toEqual([{ n: 2 }]);
    await requireSoundBooks(bench, bench.apis[0]!.url);
    expect((await staff.admin('doctor')).exitCode).toBe(0);
    expect(await staff.plan()).toMatchObject({ isEmpty: true });
  });

  it('stands in the ledger of each account and of the vault, and was told to those concerned alone', async () => {
    const { guesser, bystander } = devices;
    const kinds = async (device: TestDevice) => {
      const { notices } = (await device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices')).body;
      return notices.map(({ kind }) => kind);
    };
    expect(await kinds(guesser)).toContain('account-repaired');
    expect(await kinds(bystander)).not.toContain('account-repaired');
    const events = await bench.sql<{ kind: string; isVault: boolean; n: number }>(
      `SELECT kind, issuer = 'urn:coffer:vault' AS "isVault", count(*)::int AS n FROM ledger_events JOIN accounts USING (account_id)
       WHERE kind LIKE '%-repaired' GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(events).toEqual([
      { kind: 'account-repaired', isVault: false, n: 3 },
      { kind: 'vault-repaired', isVault: true, n: 1 },
    ]);
    const [repair] = await bench.sql<{ state: string }>('SELECT state FROM repairs');
    expect(repair).toEqual({ state: 'done' });
  });
});

describe('coffer-admin repair, of one account in a vault that goes on', { timeout: 300_000 }, () => {
  it('A29: gives back nothing that was edited in, and everybody else works meanwhile', async () => {
    const [edited, other] = [await registered(), await registered()];
    for (let more = 0; more < 2; more++) expect((await edited.recover('wrong')).status).toBe(401);
    const { accountId } = await accountOf(edited);
    await bench.sql('UPDATE budgets SET remaining = 10 WHERE account_id = $1::uuid', [accountId]);
    expect((await edited.recover(password)).body['code']).toBe('account-sealed');
    const doctor = await staff.admin('doctor', '--quick');
    expect(doctor.lines.find(({ check }) => check === 'sealed-accounts')).toMatchObject({ status: 'problem' });
    const { plan, ...rest } = await staff.plan();
    expect(rest).toMatchObject({ scope: 'accounts', tree: null, accounts: { checked: 1, repaired: 1, lowered: 1 } });
    expect((await staff.approve(plan, 'ann')).exitCode).toBe(0);
    expect((await other.recover('wrong')).status).toBe(401);
    expect((await staff.approve(plan, 'bob')).exitCode).toBe(0);
    expect((await staff.admin('repair', 'apply', plan)).exitCode).toBe(0);
    expect(await edited.budget()).toMatchObject({ attemptsRemaining: 8 });
    await guessed(edited, password).toBe(200);
    expect((await other.recover(password)).status).toBe(200);
    await requireSoundBooks(bench, bench.apis[0]!.url);
  });
});

describe('an edit that no chain and no tree tells of', { timeout: 300_000 }, () => {
  it('A29: guesses whose leaves were made nobody’s and whose events were removed: the vault seals itself, doctor finds them, and a repair is planned', async () => {
    const edited = await registered();
    const { accountId } = await accountOf(edited);
    const [before] = await bench.sql<{ last: number }>(
      'SELECT max(number)::int AS last FROM ledger_events WHERE account_id = $1::uuid',
      [accountId],
    );
    for (let more = 0; more < 2; more++) expect((await edited.recover('wrong')).status).toBe(401);
    const since = [accountId, before!.last];
    await bench.sql('DELETE FROM ledger_events WHERE account_id = $1::uuid AND number > $2::int', since);
    await bench.sql(
      'UPDATE ledger_leaves SET account_id = NULL, number = NULL WHERE account_id = $1::uuid AND number > $2::int',
      since,
    );
    await bench.sql('UPDATE budgets SET remaining = 10, attempt = 0 WHERE account_id = $1::uuid', [accountId]);
    await expect.poll(isSealed, { timeout: 60_000 }).toBe(true);
    expect((await edited.recover(password)).status).toBe(503);
    const run = await staff.admin('doctor');
    expect(run.exitCode).toBe(1);
    const problems = run.lines.filter(({ status }) => status === 'problem');
    expect(problems).toContainEqual(
      expect.objectContaining({ check: 'anchored-leaves', what: expect.stringMatching(/^2 leaves/) }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ check: 'audit', what: expect.stringContaining('leaves are nobody’s') }),
    );
    expect(await staff.plan()).toMatchObject({
      scope: 'vault',
      accounts: { repaired: 1, lowered: 1 },
      events: { restored: 2 },
    });
  });
});

async function accountOf(device: TestDevice): Promise<{ readonly accountId: string }> {
  // A sealed vault does not say; the database does.
  const [row] = await bench.sql<{ accountId: string }>(
    'SELECT account_id AS "accountId" FROM accounts WHERE subject = $1',
    [device.subject],
  );
  return row!;
}

async function isSealed(): Promise<boolean> {
  const [row] = await bench.sql<{ sealed: boolean }>('SELECT sealed_at IS NOT NULL AS sealed FROM vault_state');
  return row!.sealed;
}
