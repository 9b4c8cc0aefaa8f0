import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import {
  decodeLedgerEvent,
  encodeStatementHeader,
  replayBudget,
  signedStatementFromJson,
  verifyChain,
} from '@coffer/evidence';
import { newUuid, toBase64Url, toHex } from '@coffer/foundation';
import { runSeed, seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from './api-process';
import { RepositoryDevice } from './repository-device';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
/** Waits two seconds, and lets an undoing come for ten minutes. */
let slow: ApiProcess;
/** Waits for nothing; an undoing is over after two seconds. */
let quick: ApiProcess;
/** The real waits. */
let real: ApiProcess;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0', COFFER_TEST_WAITS: '2,600,600,600,1' });
  slow = bench.apis[0]!;
  [quick, real] = await Promise.all([
    bench.start({ COFFER_TEST_WAITS: '0,600,2,600,1' }),
    bench.start({ COFFER_TEST_WAITS: '' }),
  ]);
}, 180_000);
afterAll(() => bench.stop());

interface NewStartBody {
  readonly newStartId: string;
  readonly state: string;
  readonly opensAt: string;
  readonly closesAt: string;
  readonly undoUntil: string | null;
}

const begin = (device: TestDevice) => device.call<NewStartBody & { code: string }>('POST', '/v1/new-starts');
const cancel = async (device: TestDevice, newStartId: string) =>
  device.call(
    'POST',
    `/v1/new-starts/${newStartId}/cancel`,
    await device.statement('cancel-new-start', { newStartId }),
  );
const undo = async (device: TestDevice, newStartId: string) =>
  device.call('POST', `/v1/new-starts/${newStartId}/undo`, await device.statement('undo-new-start', { newStartId }));
const state = async (device: TestDevice) =>
  (await device.call<{ newStarts: readonly NewStartBody[] }>('GET', '/v1/new-starts')).body.newStarts.at(-1)?.state;
const generationOf = async (device: TestDevice) => (await device.call('GET', '/v1/account')).body['ownerGeneration'];

/** An account whose owner has digits, a password and a repository with a backup. */
async function owned(api: ApiProcess = slow): Promise<{ old: RepositoryDevice; serial: number }> {
  const old = await RepositoryDevice.claim(bench.device(api));
  old.device.isOwner = true;
  const { status, serial } = await old.device.setPassword('old');
  expect(status).toBe(201);
  await old.backUp(['packs/1/aa/aa00']);
  return { old, serial };
}

/** Somebody who signs in to the same account and has no key of it. */
function stranger(to: TestDevice, api: ApiProcess = slow): TestDevice {
  const device = bench.device(api, to.subject);
  device.generation = 2;
  return device;
}

async function begun(device: TestDevice): Promise<NewStartBody> {
  const answer = await begin(device);
  expect(answer.status).toBe(201);
  device.newStartId = answer.body.newStartId;
  return answer.body;
}

async function untilOpen(device: TestDevice): Promise<void> {
  await expect.poll(() => state(device), { timeout: 20_000 }).toBe('open');
}

async function kindsOf(device: TestDevice): Promise<readonly string[]> {
  const { accountId } = await device.account();
  const rows = await bench.sql<{ event: Uint8Array }>(
    'SELECT event FROM ledger_events WHERE account_id = $1::uuid ORDER BY number',
    [accountId],
  );
  const { events } = verifyChain(
    rows.map(({ event }) => event),
    { account: accountId },
  );
  const [budget] = await bench.sql<{ remaining: number; serial: number }>(
    'SELECT remaining, active_serial::float8 AS serial FROM budgets WHERE account_id = $1::uuid',
    [accountId],
  );
  const { remaining, serial } = replayBudget(events);
  expect({ remaining, serial }).toEqual(budget);
  return rows.map(({ event }) => decodeLedgerEvent(event).kind);
}

async function noticesOf(device: TestDevice): Promise<readonly string[]> {
  const feed = await device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices');
  return feed.body.notices.map(({ kind }) => kind);
}

const remove = async (owner: TestDevice, of: RepositoryDevice, pins = 0) => {
  const signed = await owner.statement('remove-repository', { repositoryId: of.repositoryId, pins });
  return owner.call('DELETE', of.base, undefined, {
    'coffer-statement': encodeStatementHeader(signedStatementFromJson(signed)),
  });
};

describe('a new start', () => {
  it('needs a sign-in of the last five minutes and an owner, waits seven days, and is told urgently', async () => {
    const { old } = await owned(real);
    const thief = stranger(old.device, real);
    const staleToken = await bench.issuer.token(old.device.subject, { auth_time: Math.floor(Date.now() / 1000) - 301 });
    const stale = await thief.call('POST', '/v1/new-starts', undefined, { authorization: `Bearer ${staleToken}` });
    expect([stale.status, stale.body['code']]).toEqual([401, 'fresh-login-required']);
    const { opensAt, closesAt } = await begun(thief);
    const days = (from: number, to: string): number => (Date.parse(to) - from) / 86_400_000;
    expect(days(Date.now(), opensAt)).toBeCloseTo(7, 2);
    expect(days(Date.parse(opensAt), closesAt)).toBe(14);
    expect((await begin(thief)).body.newStartId).toBe(thief.newStartId);
    expect((await noticesOf(old.device))[0]).toBe('new-start-begun');
    const opened = await thief.openRegistration('new');
    expect([opened.answer.status, opened.answer.body['code'], opened.answer.body['nextAttemptAt']]).toEqual([
      409,
      'new-start-not-open',
      opensAt,
    ]);
    const unowned = await begin(bench.device(real));
    expect([unowned.status, unowned.body.code]).toEqual([409, 'wrong-owner-generation']);
  });

  it('once open puts another key in place, leaves the old backup, and is undone by the old key', async () => {
    const { old, serial } = await owned();
    const fresh = stranger(old.device);
    const { newStartId } = await begun(fresh);
    await untilOpen(fresh);
    await expect.poll(() => noticesOf(fresh), { timeout: 20_000 }).toContain('new-start-open');

    // A stale sign-in is refused here too, and so is another new start's id.
    const staleToken = await bench.issuer.token(fresh.subject, { auth_time: Math.floor(Date.now() / 1000) - 301 });
    const request = { registrationRequest: toBase64Url(randomBytes(32)), newStartId };
    const key = { 'idempotency-key': newUuid() };
    const stale = await fresh.call('POST', '/v1/registrations', request, {
      ...key,
      authorization: `Bearer ${staleToken}`,
    });
    expect(stale.body['code']).toBe('fresh-login-required');

    expect((await fresh.setPassword('new', serial)).status).toBe(201);
    fresh.newStartId = undefined;
    const account = await fresh.call('GET', '/v1/account');
    expect(account.body).toMatchObject({ ownerGeneration: 2, keyId: toHex(fresh.keyId) });
    expect((await fresh.recoverPatiently('old')).body['code']).toBe('wrong-guess');
    expect((await fresh.recoverPatiently('new')).status).toBe(200);
    const listed = await fresh.call<{ keyslots: { kind: string }[] }>('GET', '/v1/keyslots');
    expect(listed.body.keyslots.map(({ kind }) => kind)).toEqual(['password']);

    // What the old owner signed is worth nothing any more but the undoing.
    const veto = await old.device.call(
      'POST',
      '/v1/guess-veto',
      await old.device.statement('guess-veto', { seconds: 60 }),
    );
    expect(veto.body['code']).toBe('wrong-owner-generation');
    expect((await old.putHead()).body['code']).toBe('wrong-owner-generation');
    const created = await old.device.call(
      'POST',
      `${old.base}/grants`,
      await old.device.statement('create-grant', { repositoryId: old.repositoryId }),
    );
    expect(created.body['code']).toBe('wrong-owner-generation');

    // The old repository is read as before, and the new key changes nothing in it.
    const grant = await fresh.call<{ grant: string }>('POST', `${old.base}/grants`, { permission: 'read' });
    expect(grant.status).toBe(201);
    const read = await fresh.fetch('GET', `${old.base}/objects/packs/1/aa/aa00`, { 'coffer-grant': grant.body.grant });
    expect(read.status).toBe(200);
    const theirs = new RepositoryDevice(fresh);
    Object.assign(theirs, { repositoryId: old.repositoryId, head: old.head });
    expect((await theirs.putHead()).body['code']).toBe('wrong-owner-generation');
    const write = await fresh.call(
      'POST',
      `${old.base}/grants`,
      await fresh.statement('create-grant', { repositoryId: old.repositoryId }),
    );
    expect(write.body['code']).toBe('wrong-owner-generation');
    const early = await remove(fresh, old);
    expect([early.status, early.body['code']]).toEqual([409, 'undo-pending']);
    expect((await new RepositoryDevice(fresh).create()).status).toBe(201);

    // Another key, and the new owner's, undo nothing.
    expect((await undo(fresh, newStartId)).body['code']).toBe('wrong-owner-generation');
    fresh.generation = 1;
    expect((await undo(fresh, newStartId)).body['code']).toBe('statement-invalid');
    const undone = await undo(old.device, newStartId);
    expect([undone.status, undone.body['state']]).toEqual([200, 'undone']);
    expect(await generationOf(old.device)).toBe(3);
    expect((await undo(old.device, newStartId)).body['code']).toBe('not-found');
    expect((await fresh.recoverPatiently('new')).body['code']).toBe('wrong-guess');
    old.device.generation = 3;
    expect((await old.putHead()).status).toBe(200);
    expect((await old.device.setPassword('old again')).status).toBe(201);
    expect((await old.device.recoverPatiently('old again')).status).toBe(200);
    expect((await kindsOf(old.device)).filter((kind) => kind.startsWith('new-start-'))).toEqual([
      'new-start-begun',
      'new-start-finished',
      'new-start-undone',
    ]);
  });

  it('is cancelled for good by the old password, by the old key’s veto and by its stop of guesses', async () => {
    const acts: readonly ((old: RepositoryDevice, newStartId: string) => Promise<{ readonly status: number }>)[] = [
      (old) => old.device.recoverPatiently('old'),
      (old, newStartId) => cancel(old.device, newStartId),
      async ({ device }) => device.call('POST', '/v1/guess-veto', await device.statement('guess-veto', { seconds: 1 })),
    ];
    await Promise.all(
      acts.map(async (act) => {
        const { old } = await owned();
        const thief = stranger(old.device);
        const { newStartId } = await begun(thief);
        expect((await act(old, newStartId)).status).toBe(200);
        expect(await state(thief)).toBe('cancelled');
        await pause(2_500);
        const { answer } = await thief.openRegistration('new');
        expect([answer.status, answer.body['code']]).toEqual([404, 'not-found']);
        expect(await generationOf(thief)).toBe(1);
        expect(await noticesOf(old.device)).toContain('new-start-cancelled');
      }),
    );
  });

  it('gives a stolen token nothing by itself: no veto, no undoing, no registration without its id', async () => {
    const { old } = await owned();
    const thief = stranger(old.device);
    const { newStartId } = await begun(old.device);
    old.device.newStartId = undefined;
    await untilOpen(thief);
    for (const generation of [1, 2]) {
      thief.generation = generation;
      const refused = generation === 1 ? 'statement-invalid' : 'wrong-owner-generation';
      expect((await cancel(thief, newStartId)).body['code']).toBe(refused);
    }
    expect((await undo(thief, newStartId)).body['code']).toBe('not-found');
    thief.newStartId = newUuid();
    expect((await thief.openRegistration('new')).answer.body['code']).toBe('not-found');
    // A veto is good once, and for its own new start.
    const signed = await old.device.statement('cancel-new-start', { newStartId: newUuid() });
    const foreign = await old.device.call('POST', `/v1/new-starts/${newStartId}/cancel`, signed);
    expect(foreign.body['code']).toBe('statement-invalid');
    const good = await old.device.statement('cancel-new-start', { newStartId });
    const send = () => thief.call('POST', `/v1/new-starts/${newStartId}/cancel`, good);
    expect((await send()).status).toBe(200);
    expect((await send()).body['code']).toBe('challenge-spent');
  });

  it('A29: that was hurried by an edit of the database takes no registration', async () => {
    const { old } = await owned(real);
    const thief = stranger(old.device, real);
    await begun(thief);
    const { accountId } = await thief.account();
    await bench.sql(
      `UPDATE new_starts SET begun_at = begun_at - interval '8 days', opens_at = opens_at - interval '8 days',
         closes_at = closes_at - interval '8 days' WHERE account_id = $1::uuid`,
      [accountId],
    );
    const { answer } = await thief.openRegistration('new');
    expect([answer.status, answer.body['code']]).toEqual([423, 'account-sealed']);
    const sealed =
      'SELECT owner_generation AS generation, sealed_reason AS reason FROM accounts WHERE account_id = $1::uuid';
    expect(await bench.sql(sealed, [accountId])).toEqual([
      { generation: 1, reason: 'a new start does not agree with the ledger' },
    ]);
  });
});

describe('the old repository', () => {
  it('is removed by the old key at once, or by the new one when the undoing is over, with every object of it', async () => {
    const folder = (of: RepositoryDevice) => join(bench.home, 'repositories', toHex(of.repositoryId));
    const objects = (of: RepositoryDevice): number =>
      existsSync(folder(of))
        ? readdirSync(folder(of), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
        : 0;
    const pair = [await owned(quick), await owned(quick)];
    for (const { old, serial } of pair) {
      const fresh = stranger(old.device, quick);
      await begun(fresh);
      expect((await fresh.setPassword('new', serial)).status).toBe(201);
    }
    const [first, second] = pair as [(typeof pair)[0], (typeof pair)[0]];
    expect(objects(first.old)).toBeGreaterThan(0);
    const thief = bench.device(quick, first.old.device.subject);
    expect((await remove(thief, first.old)).body['code']).toBe('statement-invalid');
    expect((await remove(first.old.device, first.old, 1)).body['code']).toBe('pinned');
    expect((await remove(first.old.device, first.old)).status).toBe(204);
    expect((await remove(first.old.device, first.old)).status).toBe(404);

    await expect.poll(() => state(second.old.device), { timeout: 20_000 }).toBe('settled');
    expect((await undo(second.old.device, newUuid())).body['code']).toBe('not-found');
    await expect.poll(() => noticesOf(second.old.device), { timeout: 20_000 }).toContain('new-start-settled');
    expect((await remove(second.old.device, second.old)).status).toBe(204);
    const left = 'SELECT count(*)::int AS n FROM repositories WHERE account_id = $1::uuid';
    for (const { old } of pair) {
      const { accountId } = await old.device.account();
      await expect.poll(() => bench.sql(left, [accountId]), { timeout: 30_000 }).toEqual([{ n: 0 }]);
      expect(objects(old)).toBe(0);
      expect((await old.device.call('GET', '/v1/repositories')).body).toEqual({ repositories: [] });
    }
  });
});

describe('races at the ends of a wait, over two processes', () => {
  const rounds = 8;
  /** 0 to 63 milliseconds, by the run's seed. */
  const jitter = (name: string): number => seed(`${runSeed()} ${name}`, 1)[0]! % 64;

  it('either the veto or the registration under it comes through, never both', async () => {
    const results = await Promise.all(
      Array.from({ length: rounds }, async (_, round) => {
        const { old, serial } = await owned();
        const fresh = stranger(old.device, slow);
        const { newStartId } = await begun(fresh);
        await untilOpen(fresh);
        const opened = await fresh.openRegistration('new', serial);
        expect((await fresh.putRecord(opened, 'new')).status).toBe(200);
        const attempt = await fresh.beginAttempt('new');
        const { body } = await fresh.confirm(opened, attempt);
        const { ke3 } = (await fresh.finishAttempt(attempt, String(body['ke2']), opened.registration))!;
        const { registrationId } = opened.registration;
        const veto = await old.device.statement('cancel-new-start', { newStartId });
        const there = bench.device(quick, fresh.subject);
        const [activated, cancelled] = await Promise.all([
          pause(jitter(`activate ${round}`)).then(() =>
            fresh.call('POST', `/v1/registrations/${registrationId}/activation`, { loginId: attempt.loginId, ke3 }),
          ),
          pause(jitter(`veto ${round}`)).then(() => there.call('POST', `/v1/new-starts/${newStartId}/cancel`, veto)),
        ]);
        const kinds = await kindsOf(fresh);
        const isReplaced = activated.status === 201;
        expect([isReplaced, cancelled.status === 200]).toEqual([isReplaced, !isReplaced]);
        expect(kinds.includes('new-start-finished')).toBe(isReplaced);
        expect(kinds.includes('new-start-cancelled')).toBe(!isReplaced);
        expect(await generationOf(fresh)).toBe(isReplaced ? 2 : 1);
        expect(await state(fresh)).toBe(isReplaced ? 'finished' : 'cancelled');
        return isReplaced;
      }),
    );
    expect(results).toHaveLength(rounds);
  }, 120_000);

  it('an undoing at the very end of its time is done whole or not at all', async () => {
    const results = await Promise.all(
      Array.from({ length: rounds }, async (_, round) => {
        const { old, serial } = await owned(quick);
        const fresh = stranger(old.device, quick);
        const { newStartId } = await begun(fresh);
        expect((await fresh.setPassword('new', serial)).status).toBe(201);
        const { body } = await fresh.call<{ newStarts: readonly NewStartBody[] }>('GET', '/v1/new-starts');
        const endsMs = Date.parse(body.newStarts[0]!.undoUntil!);
        const signed = await old.device.statement('undo-new-start', { newStartId });
        await pause(Math.max(0, endsMs - Date.now() - 40 + jitter(`undo ${round}`)));
        const answer = await old.device.call('POST', `/v1/new-starts/${newStartId}/undo`, signed);
        const isUndone = answer.status === 200;
        if (!isUndone) expect(answer.status).toBe(404);
        const expected = isUndone ? 'undone' : 'settled';
        await expect.poll(() => state(fresh), { timeout: 20_000 }).toBe(expected);
        await expect.poll(() => kindsOf(fresh), { timeout: 20_000 }).toContain(`new-start-${expected}`);
        const kinds = await kindsOf(fresh);
        expect(kinds.filter((kind) => ['new-start-undone', 'new-start-settled'].includes(kind))).toEqual([
          `new-start-${expected}`,
        ]);
        expect(await generationOf(fresh)).toBe(isUndone ? 3 : 2);
        return isUndone;
      }),
    );
    expect(results).toHaveLength(rounds);
  }, 120_000);
});
