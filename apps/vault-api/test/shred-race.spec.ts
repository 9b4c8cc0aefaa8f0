import { setTimeout as pause } from 'node:timers/promises';
import { toBase64Url } from '@coffer/foundation';
import { randomBytes } from '@coffer/crypto';
import { isLongRun, proofSize, recordProof } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilAnswered, type Attempt, type LoginBody, type TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
const races = proofSize({ sample: 10, long: 1_000 });
/** So many accounts race at a time: enough that both processes are busy with several of them at once. */
const abreast = 20;
const timeout = proofSize({ sample: 240_000, long: 7_200_000 });

let bench: VaultBench;
beforeAll(async () => {
  // A login lives 8 seconds here. Its end cannot be moved in the database: the state of a login is sealed with it.
  const waits = '600,600,600,600,600,8';
  bench = await startBench(2, { COFFER_GUESS_DELAYS: '0', COFFER_TEST_WAITS: waits, COFFER_OPAQUE_THREADS: '2' });
}, 180_000);
afterAll(() => bench.stop());

interface OpenLogin {
  readonly attempt: Attempt;
  readonly started: LoginBody;
}

async function registered(): Promise<TestDevice> {
  const device = bench.device();
  let answer = await device.setPassword(password);
  // A busy machine's anchor was late: nothing was set.
  while (answer.status === 503) answer = await device.setPassword(password);
  expect(answer.status).toBe(201);
  device.isOwner = true;
  return device;
}

async function begin(device: TestDevice, guess: string): Promise<OpenLogin> {
  const attempt = await device.beginAttempt(guess);
  const answer = await untilAnswered(() => device.startLogin(attempt));
  expect(answer.status).toBe(201);
  return { attempt, started: answer.body };
}

/** The same device at the other process. */
function elsewhere(device: TestDevice): TestDevice {
  return bench.device(bench.apis[1], device.subject);
}

/** Up to `mostMs` milliseconds: enough that each side comes first now and then. */
function jitter(mostMs: number): Promise<void> {
  return pause((randomBytes(1)[0]! / 255) * mostMs);
}

interface Settled {
  readonly serial: number | null;
  readonly remaining: number;
  readonly kinds: readonly string[];
  /** By its guesses; a password that takes its place shreds the former record too, and says so less loudly. */
  readonly isShredded: boolean;
}

/** What is left of an account once everything that was due has happened. */
async function settled(device: TestDevice) {
  const { accountId } = await device.account();
  const due = (): Promise<readonly object[]> =>
    bench.sql('SELECT 1 FROM due_shreds WHERE account_id = $1::uuid', [accountId]);
  await expect.poll(due, { timeout: 60_000 }).toEqual([]);
  const [row] = await bench.sql<Settled>(
    `SELECT (SELECT serial FROM password_records WHERE account_id = b.account_id AND purpose = 'recovery') AS serial,
       remaining, ARRAY(SELECT kind FROM ledger_events WHERE account_id = b.account_id ORDER BY number) AS kinds,
       EXISTS (SELECT 1 FROM notices n WHERE n.account_id = b.account_id AND n.kind = 'keyslot-shredded' AND n.severity = 'urgent') AS "isShredded"
     FROM budgets b WHERE account_id = $1::uuid`,
    [accountId],
  );
  return row!;
}

async function inWaves(count: number, race: () => Promise<string>): Promise<Readonly<Record<string, number>>> {
  const outcomes: Record<string, number> = {};
  for (let done = 0; done < count; done += abreast) {
    const wave = await Promise.all(Array.from({ length: Math.min(abreast, count - done) }, race));
    for (const outcome of wave) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

const started = performance.now();
const found: Record<string, Readonly<Record<string, number>>> = {};

describe('the shred of the tenth guess', { timeout }, () => {
  it('raced with a right KE3 about the end of its login: one of them happens, never both, never neither', async () => {
    const outcomes = await inWaves(races, async () => {
      const device = await registered();
      for (let guess = 0; guess < 8; guess++) await device.recoverPatiently('wrong');
      const wrong = await begin(device, 'wrong');
      // The tenth guess: when its login ends the shred is due.
      const right = await begin(device, password);
      const { ke3 } = (await device.finishAttempt(right.attempt, right.started.ke2, right.started))!;
      const aboutItsEnd = async (): Promise<void> => {
        await pause(Date.parse(right.started.expiresAt) - Date.now() - 200);
        await jitter(300);
      };
      const [proven] = await Promise.all([
        // Asked again where a busy machine's anchor was late: one login has one end, whoever asks how often.
        aboutItsEnd().then(() => untilAnswered(() => device.finishLogin(right.attempt.loginId, ke3))),
        aboutItsEnd().then(() => elsewhere(device).finishLogin(wrong.attempt.loginId, toBase64Url(randomBytes(64)))),
      ]);
      const after = await settled(device);
      const { isShredded } = after;
      if (proven.status === 200) {
        expect([isShredded, after.serial, after.remaining]).toEqual([false, right.started.serial, 10]);
        expect(after.kinds.filter((kind) => kind === 'proven')).toHaveLength(1);
        return 'proven';
      }
      expect([proven.status, proven.body['code']]).toEqual([410, 'login-expired']);
      expect([isShredded, after.serial, after.remaining]).toEqual([true, null, 0]);
      expect(after.kinds).toContain('keyslot-shredded');
      expect(after.kinds).not.toContain('proven');
      return 'shredded';
    });
    found['KE3'] = outcomes;
  });

  it('raced with the activation of a new password: the new record stays and opens, whichever came first', async () => {
    const outcomes = await inWaves(races, async () => {
      const device = await registered();
      const former = (await begin(device, 'wrong')).started.serial;
      for (let guess = 0; guess < 8; guess++) await device.recoverPatiently('wrong');
      const opened = await device.openRegistration('a new one', former);
      expect(opened.answer.status).toBe(201);
      expect((await device.putRecord(opened, 'a new one')).status).toBe(200);
      const confirming = await device.beginAttempt('a new one');
      const ke2 = await device.confirm(opened, confirming);
      expect(ke2.status).toBe(201);
      const { registrationId, serial } = opened.registration;
      const { ke3 } = (await device.finishAttempt(confirming, String(ke2.body['ke2']), opened.registration))!;
      await bench.sql(
        `UPDATE logins SET expires_at = clock_timestamp() WHERE account_id = $1::uuid
        AND registration_id IS NULL`,
        [(await device.account()).accountId],
      );
      const tenth = await begin(device, 'wrong');
      const [activated] = await Promise.all([
        jitter(200).then(() =>
          untilAnswered(() =>
            device.call('POST', `/v1/registrations/${registrationId}/activation`, { loginId: confirming.loginId, ke3 }),
          ),
        ),
        jitter(200).then(() => elsewhere(device).finishLogin(tenth.attempt.loginId, toBase64Url(randomBytes(64)))),
      ]);
      const after = await settled(device);
      const { isShredded } = after;
      expect([activated.status, after.serial, after.remaining]).toEqual([201, serial, 10]);
      expect((await device.recoverPatiently('a new one')).status).toBe(200);
      return isShredded ? 'shredded first' : 'activated first';
    });
    found['activation'] = outcomes;
  });

  it('is recorded with what came first how often; many races see both sides', () => {
    expect(Object.keys(found)).toEqual(['KE3', 'activation']);
    const figures = Object.fromEntries(
      Object.entries(found).flatMap(([kind, outcomes]) =>
        Object.entries(outcomes).map(([outcome, times]) => [`${kind}: ${outcome}`, times]),
      ),
    );
    if (isLongRun()) expect(Object.keys(figures)).toHaveLength(4);
    recordProof({
      proof: 'shred-races',
      count: 2 * races,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'Either the right KE3 was answered, the record stays and the budget is full, or it was refused and the record is gone; ' +
        'a new record that was activated is there and opens, whichever came first.',
      figures,
    });
  });
});
