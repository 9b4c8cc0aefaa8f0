import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { generateSigningSeed, randomBytes, signingPublicKey } from '@coffer/crypto';
import { toBase64Url } from '@coffer/foundation';
import { vaultSteps, type VaultStep } from '@coffer/key-vault';
import { proofSample, proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from './api-process';
import { dumpOf } from './dump';
import { TestDevice } from './test-device';
import type { TestIssuer } from './test-issuer';
import { stretchTripWire, type TripMoment } from './trip-wire';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(2, {
    COFFER_GUESS_DELAYS: '0',
    COFFER_OPAQUE_THREADS: '2',
    COFFER_LEDGER_CHECK_SECONDS: '0.5',
  });
}, 180_000);
afterAll(() => bench.stop());

async function registered(on = bench): Promise<TestDevice> {
  const device = on.device();
  const answer = await device.setPassword(password);
  expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
  device.isOwner = true;
  return device;
}

/** A device that sends the same bytes to another process, once and for all, when the first one dies over a request. */
class PersistentDevice extends TestDevice {
  readonly #survivor: ApiProcess;
  readonly repeated: string[] = [];

  constructor(doomed: ApiProcess, issuer: TestIssuer, survivor: ApiProcess) {
    super(doomed, issuer);
    this.#survivor = survivor;
  }

  override async fetch(...request: Parameters<TestDevice['fetch']>): Promise<Response> {
    return super.fetch(...request).catch(() => {
      this.api = this.#survivor;
      this.repeated.push(request[1]);
      return super.fetch(...request);
    });
  }
}

const pathOf = {
  'registration-opened': /^\/v1\/registrations$/,
  'record-stored': /\/record$/,
  activated: /\/activation$/,
} as const;

async function loginRow(device: TestDevice, loginId: string, on = bench) {
  const [row] = await on.sql<{ ke2: Uint8Array | null; state: Uint8Array | null }>(
    'SELECT ke2, state_sealed AS state FROM logins WHERE account_id = $1::uuid AND login_id = $2::uuid',
    [(await device.account()).accountId, loginId],
  );
  return row;
}

describe('a process that is killed', () => {
  const tested = new Set<VaultStep>();
  const chosen = proofSample('vault steps', vaultSteps, 4);
  /** Notes that there is a test of a step, and says whether this run does it. */
  const isChosen = (step: VaultStep): boolean => {
    tested.add(step);
    return chosen.includes(step);
  };

  /** A process of the same vault that kills itself at a step. */
  const doomedAt = (step: VaultStep) => bench.start({ COFFER_FAILPOINT: step });
  const started = performance.now();

  it.each((['registration-opened', 'record-stored', 'activated'] as const).filter(isChosen))(
    'at "%s": the identical request to another process gets the answer, and the password is set once',
    async (step) => {
      const device = new PersistentDevice(await doomedAt(step), bench.issuer, bench.apis[0]!);
      expect((await device.setPassword(password)).status).toBe(201);
      expect(device.repeated).toEqual([expect.stringMatching(pathOf[step])]);
      expect((await device.recover(password)).status).toBe(200);
      expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
      const { accountId } = await device.account();
      const events = await bench.sql<{ kind: string }>(
        'SELECT kind FROM ledger_events WHERE account_id = $1::uuid ORDER BY number',
        [accountId],
      );
      expect(events.map(({ kind }) => kind)).toEqual([
        'account-opened',
        'registration-opened',
        'owner-bound',
        'keyslot-proven',
        'guess',
        'proven',
      ]);
    },
  );

  const guessSteps = [
    ['A03: after the spend is committed, before the evaluation', 'spend-committed', false],
    ['A04: after the evaluation, before its state is stored', 'evaluated', false],
    ['A04: after its state is stored, before the answer', 'state-stored', true],
  ] as const;
  it.each(guessSteps.filter(([, step]) => isChosen(step)))(
    '%s: the guess is spent, nothing was answered, and the same login is resumed',
    async (_name, step, isStored) => {
      const device = await registered();
      const doomed = await doomedAt(step);
      const attempt = await device.beginAttempt(password);
      const there = bench.device(doomed, device.subject);
      await expect(there.startLogin(attempt)).rejects.toThrow();
      await doomed.ended;
      expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
      expect((await loginRow(device, attempt.loginId))!.ke2 !== null).toBe(isStored);
      const resumed = await device.startLogin(attempt);
      expect([resumed.status, resumed.body.attemptsRemaining]).toEqual([201, 9]);
      const finished = await device.finishAttempt(attempt, resumed.body.ke2, resumed.body);
      expect((await device.finishLogin(attempt.loginId, finished!.ke3)).status).toBe(200);
    },
  );

  it.runIf(isChosen('proven-committed'))(
    'answers a byte-identical KE3 again when it died after the proven success was committed',
    async () => {
      const device = await registered();
      const attempt = await device.beginAttempt(password);
      const started = await device.startLogin(attempt);
      const { ke3 } = (await device.finishAttempt(attempt, started.body.ke2, started.body))!;
      const doomed = await doomedAt('proven-committed');
      await expect(bench.device(doomed, device.subject).finishLogin(attempt.loginId, ke3)).rejects.toThrow();
      const again = await device.finishLogin(attempt.loginId, ke3);
      expect([again.status, again.body['sealedBackupKey']]).toEqual([200, toBase64Url(device.sealedBackupKey)]);
      const proven = await bench.sql<{ n: number }>(
        `SELECT count(*)::int AS n FROM ledger_events WHERE account_id = $1::uuid AND kind = 'proven'`,
        [(await device.account()).accountId],
      );
      expect(proven).toEqual([{ n: 1 }]);
    },
  );

  it('D14: ended by SIGTERM among guesses answers what it counted, or it is resumed; none is counted twice', async () => {
    const leaving = await bench.start();
    const devices = await Promise.all(Array.from({ length: 3 }, () => registered()));
    const guesses = await Promise.all(
      devices.map(async (device) => ({
        device,
        attempt: await device.beginAttempt(password),
        there: bench.device(leaving, device.subject),
      })),
    );
    // The token is fetched beforehand, so that the requests are under way together.
    await Promise.all(guesses.map(({ there }) => there.account()));
    const statuses = guesses.map(async ({ attempt, there }) =>
      there.startLogin(attempt).then(
        ({ status }) => status,
        () => 'cut off',
      ),
    );
    await pause(5);
    const told = performance.now();
    process.kill(leaving.pid, 'SIGTERM');
    for (const status of await Promise.all(statuses)) expect([201, 503, 'cut off']).toContain(status);
    expect(await leaving.ended).toBe(0);
    // Connections that are kept open would hold it for 72 s.
    expect(performance.now() - told).toBeLessThan(60_000);
    for (const { device, attempt } of guesses) {
      expect((await device.startLogin(attempt)).status).toBe(201);
      expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
    }
  });

  const rotationSteps = [
    ['rotation-written', 'nothing had happened: it is done now', 200],
    ['rotation-committed', 'it had been done: another owner is found', 409],
  ] as const;
  it.each(rotationSteps.filter(([step]) => isChosen(step)))(
    'at "%s": to the identical request to another process %s',
    async (step, _what, status) => {
      const device = new PersistentDevice(await doomedAt(step), bench.issuer, bench.apis[0]!);
      const keyslot = (await device.activateDigits()).body;
      const [next, newKeyId] = [generateSigningSeed(), randomBytes(8)];
      const rotation = {
        ...{ ownerPublicKey: signingPublicKey(device.owner), newOwnerPublicKey: signingPublicKey(next), newKeyId },
        ...{ heads: [], activated: [{ kind: 'digits' } as const], removed: [keyslot['keyslotId']!] },
      };
      const answer = await device.call('POST', '/v1/rotation', await device.coSigned('rotate', rotation, next));
      expect([answer.status, answer.body['code']]).toEqual([
        status,
        status === 200 ? undefined : 'wrong-owner-generation',
      ]);
      expect(device.repeated).toEqual(['/v1/rotation']);
      const keyId = Buffer.from(newKeyId).toString('hex');
      const account = await device.call('GET', '/v1/account');
      expect(account.body).toMatchObject({ ownerGeneration: 2, keyId });
      const { keyslots } = (await device.call<{ keyslots: object[] }>('GET', '/v1/keyslots')).body;
      expect(keyslots).toMatchObject([{ kind: 'digits', state: 'active', keyId }]);
    },
  );

  it.runIf(isChosen('rotation-proven'))(
    'at "rotation-proven": the identical request gets the answer, and the password opens nothing before the rotation',
    async () => {
      const device = new PersistentDevice(await doomedAt('rotation-proven'), bench.issuer, bench.apis[0]!);
      await device.activateDigits();
      device.isOwner = true;
      const next = generateSigningSeed();
      const opened = await device.openRegistration(password);
      expect((await device.putRotationRecord(opened, password, next, randomBytes(8))).status).toBe(200);
      const attempt = await device.beginAttempt(password);
      const ke2 = String((await device.confirm(opened, attempt, next)).body['ke2']);
      const { ke3 } = (await device.finishAttempt(attempt, ke2, opened.registration))!;
      const path = `/v1/registrations/${opened.registration.registrationId}/activation`;
      const proven = await device.call('POST', path, { loginId: attempt.loginId, ke3 });
      expect([proven.status, proven.body['state']]).toEqual([201, 'pending']);
      expect(device.repeated).toEqual([path]);
      expect((await device.recover(password)).body['code']).toBe('wrong-guess');
      expect((await device.call('GET', '/v1/account')).body).toMatchObject({ ownerGeneration: 1 });
    },
  );

  it('has a test of every failpoint there is', () => {
    expect([...tested].sort()).toEqual([...vaultSteps].sort());
    recordProof({
      proof: 'vault-failpoints',
      count: chosen.length,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'A vault-api process that kills itself at a failpoint leaves nothing half done: the identical request to another process ' +
        'gets the answer, and a guess is counted once.',
      figures: { failpoints: vaultSteps.length },
    });
  });
});

describe('the anchor', () => {
  it('D08: gives 503 and counts nothing when it has acknowledged nothing for two seconds, and goes on by itself', async () => {
    const own = await startBench(2, { COFFER_GUESS_DELAYS: '0' });
    try {
      const device = await registered(own);
      const leader = own.apis.find((api) => api.log().includes('this process sequences'))!;
      const other = own.apis.find((api) => api !== leader)!;
      const here = own.device(other, device.subject);
      process.kill(leader.pid, 'SIGSTOP');
      await pause(2_500);
      const attempt = await here.beginAttempt(password);
      const refused = await here.startLogin(attempt);
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
        503,
        'anchor-behind',
        '1',
      ]);
      expect(await here.budget()).toMatchObject({ attemptsRemaining: 10 });
      process.kill(leader.pid, 'SIGKILL');
      // the other process takes the lock over
      await expect
        .poll(async () => (await here.startLogin(attempt)).status, { timeout: 30_000, interval: 200 })
        .toBe(201);
      expect(await here.budget()).toMatchObject({ attemptsRemaining: 9 });
    } finally {
      await own.stop();
    }
  });
});

describe('an edited database', () => {
  it('A29: a raised budget seals the account at its next guess, and no other account', async () => {
    const [device, bystander] = [await registered(), await registered()];
    expect((await device.recover('wrong')).status).toBe(401);
    const { accountId } = await device.account();
    await bench.sql('UPDATE budgets SET remaining = 10 WHERE account_id = $1::uuid', [accountId]);
    const guess = await device.recover('wrong');
    expect([guess.status, guess.body['code']]).toEqual([423, 'account-sealed']);
    expect((await device.call('GET', '/v1/keyslots')).status).toBe(423);
    expect((await bystander.recover(password)).status).toBe(200);
  });

  it('A29: the timer seals an account without any guess: raised budget, event removed with it, event forged', async () => {
    const edits = [
      'UPDATE budgets SET remaining = 10 WHERE account_id = $1::uuid',
      `WITH gone AS (DELETE FROM ledger_events e WHERE account_id = $1::uuid AND number = (SELECT max(number)
         FROM ledger_events WHERE account_id = e.account_id))
       UPDATE budgets SET remaining = 10, attempt = 0 WHERE account_id = $1::uuid`,
      `UPDATE ledger_events SET mac = decode(repeat('00', 32), 'hex') WHERE account_id = $1::uuid AND number = 2`,
    ];
    const devices = await Promise.all(edits.map(() => registered()));
    for (const [index, edit] of edits.entries()) {
      const device = devices[index]!;
      expect((await device.recover('wrong')).status).toBe(401);
      await bench.sql(edit, [(await device.account()).accountId]);
    }
    for (const device of devices) {
      await expect
        .poll(async () => (await device.call('GET', '/v1/budget')).body['code'], { timeout: 30_000 })
        .toBe('account-sealed');
    }
    const bystander = await registered();
    expect((await bystander.recover(password)).status).toBe(200);
  });
});

describe('the database', () => {
  it('D13: a connection that breaks before or after any message of a guess leaves one guess, and the same request goes on', async () => {
    const wire = await stretchTripWire(bench.server.port);
    try {
      const url = new URL(bench.server.url);
      url.host = `127.0.0.1:${wire.port}`;
      const api = await bench.start({ DATABASE_URL: url.href });
      const device = await registered();
      const there = bench.device(api, device.subject);
      let guesses = 0;
      let broken = 0;
      const guess = async (at: number, moment: TripMoment): Promise<void> => {
        await expect.poll(async () => (await there.call('GET', '/v1/budget')).status, { timeout: 20_000 }).toBe(200);
        const attempt = await there.beginAttempt(password);
        wire.arm(at, moment, () => {
          broken++;
          wire.cut();
        });
        const first = await there.startLogin(attempt);
        wire.disarm();
        expect([201, 503]).toContain(first.status);
        await expect.poll(async () => (await there.startLogin(attempt)).status, { timeout: 20_000 }).toBe(201);
        guesses++;
        const resumed = await there.startLogin(attempt);
        expect(resumed.body.attemptsRemaining).toBe(10 - guesses);
        if (guesses < 9) return;
        const { ke3 } = (await there.finishAttempt(attempt, resumed.body.ke2, resumed.body))!;
        expect((await there.finishLogin(attempt.loginId, ke3)).status).toBe(200);
        guesses = 0;
      };
      // A guess sends nine messages or a few more; an ordinary run tries every third of them.
      const every = proofSize({ sample: 3, long: 1 });
      for (let at = 1 + (runSeedNumber('broken-connections') % every); at <= 9; at += every) {
        for (const moment of ['before', 'after'] as const) await guess(at, moment);
      }
      expect(broken).toBeGreaterThan(9 / every);
      await api.kill('SIGKILL');
    } finally {
      await wire.stop();
    }
  });

  it.each([
    ['40001', 'serialization_failure'],
    ['40P01', 'deadlock_detected'],
  ])('D13: %s (%s) at the spend is answered as not counted, and the same request is counted once', async (sqlState) => {
    const device = await registered();
    const { accountId } = await device.account();
    const name = `fail_${sqlState.toLowerCase()}`;
    await bench.sql(`CREATE SEQUENCE ${name}`);
    await bench.sql(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('${name}') = 1 THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END $$`);
    await bench.sql(`CREATE TRIGGER ${name} BEFORE UPDATE ON budgets FOR EACH ROW
      WHEN (OLD.account_id = '${accountId}') EXECUTE FUNCTION ${name}()`);
    const attempt = await device.beginAttempt('wrong');
    const first = await device.startLogin(attempt);
    expect([201, 503]).toContain(first.status);
    if (first.status === 503) expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
    const second = await device.startLogin(attempt);
    expect([second.status, second.body.attemptsRemaining]).toEqual([201, 9]);
    await bench.sql(`DROP TRIGGER ${name} ON budgets`);
  });

  it('A05, A06: dies among guesses: nobody is answered without a counted guess, 503 while it is away, and then it goes on', async () => {
    const own = await startBench(2, { COFFER_GUESS_DELAYS: '0' }, { ownServer: true });
    try {
      const devices = await Promise.all(Array.from({ length: 8 }, () => registered(own)));
      const answers = devices.flatMap((device, index) =>
        Array.from({ length: 6 }, async () => {
          await pause(index * 4);
          const there = own.device(own.apis[index % 2], device.subject);
          return there.startLogin(await there.beginAttempt('wrong'));
        }),
      );
      await pause(30);
      await own.server.crash();
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses.every((status) => status === 201 || status === 503)).toBe(true);
      const down = await devices[0]!.recover(password);
      expect([down.status, down.body['code'], down.headers.get('retry-after')]).toEqual([
        503,
        'service-unavailable',
        '1',
      ]);
      expect((await fetch(`${own.apis[0]!.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${own.apis[0]!.url}/health/live`)).status).toBe(200);
      await own.server.restart();
      await expect
        .poll(async () => (await devices[0]!.recover(password)).status, { timeout: 45_000, interval: 300 })
        .toBe(200);
      const books = await own.sql<{ evaluated: number; events: number; spent: number }>(
        `SELECT b.account_id, b.attempt::int AS spent,
           (SELECT count(*)::int FROM ledger_events e WHERE e.account_id = b.account_id AND kind = 'guess') AS events,
           (SELECT count(*)::int FROM logins l WHERE l.account_id = b.account_id AND registration_id IS NULL
             AND ke2 IS NOT NULL) AS evaluated
         FROM budgets b`,
      );
      for (const { evaluated, events, spent } of books) {
        expect(spent).toBe(events);
        expect(evaluated).toBeLessThanOrEqual(spent);
      }
      const answered = statuses.filter((status) => status === 201).length;
      expect(books.reduce((sum, { evaluated }) => sum + evaluated, 0)).toBeGreaterThanOrEqual(answered);
    } finally {
      await own.stop();
    }
  });

  it('A08: restored from an older copy, the vault seals itself, running or started anew', async () => {
    const own = await startBench(1, { COFFER_GUESS_DELAYS: '0' }, { ownServer: true });
    try {
      const device = await registered(own);
      const copy = `${own.server.dataFolder}.copy`;
      await own.server.crash();
      expect(spawnSync('cp', ['-a', own.server.dataFolder, copy]).status).toBe(0);
      await own.server.restart();
      await expect.poll(async () => (await device.recover('wrong')).status, { timeout: 45_000 }).toBe(401);
      await own.server.crash();
      expect(spawnSync('rm', ['-rf', own.server.dataFolder]).status).toBe(0);
      expect(spawnSync('mv', [copy, own.server.dataFolder]).status).toBe(0);
      await own.server.restart();
      await expect
        .poll(async () => (await device.recover('wrong')).body['code'], { timeout: 45_000 })
        .toBe('vault-sealed');
      const fresh = await own.start({}, 'live');
      const there = own.device(fresh, device.subject);
      expect((await there.recover('wrong')).body['code']).toBe('vault-sealed');
      expect((await fetch(`${fresh.url}/v1/ledger/checkpoint`)).status).toBe(200);
      expect(fresh.log()).toContain('the database is behind its anchor');
    } finally {
      await own.stop();
    }
  });

  it('A07: the process does not start when the server could lose what it acknowledges', async () => {
    const own = await startBench(0, {}, { ownServer: true });
    try {
      await own.database.prisma.$executeRawUnsafe('ALTER SYSTEM SET synchronous_commit = off');
      await own.database.prisma.$executeRawUnsafe('SELECT pg_reload_conf()');
      await pause(200);
      await expect(own.start()).rejects.toThrow(/synchronous_commit is off/);
    } finally {
      await own.stop();
    }
  });
});

describe('a dump of the database', () => {
  it('lets nobody build a KE3', async () => {
    const device = await registered();
    const attempt = await device.beginAttempt(password);
    const started = await device.startLogin(attempt);
    const right = (await device.finishAttempt(attempt, started.body.ke2, started.body))!;
    const ke3 = Buffer.from(right.ke3, 'base64url');
    expect((await loginRow(device, attempt.loginId))!.state).not.toBeNull();
    const dump = await dumpOf(bench);
    for (const secret of [ke3, ke3.subarray(0, 16), ke3.subarray(48), Buffer.from(device.sealedBackupKey)]) {
      expect(dump.includes(secret.toString('hex'))).toBe(false);
      expect(dump.includes(secret.toString('base64url'))).toBe(false);
      expect(dump.includes(secret.toString('base64'))).toBe(false);
    }
    // every window of 64 bytes that the account's rows hold, as a KE3 for a login of its own
    const row = (await loginRow(device, attempt.loginId))!;
    const windows = [row.state!, row.ke2!].flatMap((bytes) =>
      Array.from({ length: Math.floor((bytes.length - 64) / 40) + 1 }, (_, index) =>
        bytes.slice(index * 40, index * 40 + 64),
      ),
    );
    for (const candidate of windows.slice(0, 4)) {
      const other = await device.beginAttempt(password);
      expect((await device.startLogin(other)).status).toBe(201);
      const answer = await device.finishLogin(other.loginId, toBase64Url(candidate));
      expect([answer.status, answer.body['code']]).toEqual([401, 'wrong-guess']);
    }
    expect((await device.finishLogin(attempt.loginId, right.ke3)).status).toBe(200);
  });

  it('a sealed login state that is moved to another login does not open', async () => {
    const device = await registered();
    const [one, two] = [await device.beginAttempt(password), await device.beginAttempt(password)];
    const started = [await device.startLogin(one), await device.startLogin(two)];
    const { ke3 } = (await device.finishAttempt(two, started[1]!.body.ke2, started[1]!.body))!;
    await bench.sql(
      `UPDATE logins l SET state_sealed = other.state_sealed FROM logins other
       WHERE l.login_id = $1::uuid AND other.login_id = $2::uuid`,
      [one.loginId, two.loginId],
    );
    const answer = await device.finishLogin(one.loginId, ke3);
    expect(answer.status).toBe(503);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 8 });
  });
});

/** Every row of every table as text. */
