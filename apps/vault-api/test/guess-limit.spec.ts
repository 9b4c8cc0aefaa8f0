import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import { newUuid, toBase64Url } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStatementLog } from './statement-log';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
const evaluated = `SELECT count(*)::int AS n FROM logins WHERE account_id = $1::uuid AND registration_id IS NULL AND ke2 IS NOT NULL`;
const guessEvents = `SELECT count(*)::int AS n FROM ledger_events WHERE account_id = $1::uuid AND kind = 'guess'`;

let bench: VaultBench;
let slow: VaultBench;
beforeAll(async () => {
  [bench, slow] = await Promise.all([
    startBench(2, { COFFER_GUESS_DELAYS: '0', COFFER_OPAQUE_THREADS: '2' }),
    startBench(2),
  ]);
}, 180_000);
afterAll(async () => {
  await Promise.all([bench.stop(), slow.stop()]);
});

async function registered(on: VaultBench, chosen = password): Promise<TestDevice> {
  const device = on.device();
  const answer = await device.setPassword(chosen);
  expect(answer.status).toBe(201);
  device.isOwner = true;
  return device;
}

async function count(on: VaultBench, sql: string, device: TestDevice): Promise<number> {
  const [row] = await on.sql<{ n: number }>(sql, [(await device.account()).accountId]);
  return row!.n;
}

/**
 * So many guesses at once, spread over both processes. What was not counted (503: the anchor is late on a busy machine) is sent
 * again, as a device does: the same login id, the same KE1.
 */
async function guessTogether(on: VaultBench, device: TestDevice, passwords: readonly string[]) {
  await device.account();
  const attempts = await Promise.all(passwords.map((guess) => device.beginAttempt(guess)));
  return Promise.all(
    attempts.map(async (attempt, index) => {
      const here = on.device(on.apis[index % on.apis.length], device.subject);
      let answer = await here.startLogin(attempt);
      while (answer.status === 503) answer = await here.startLogin(attempt);
      return { attempt, answer, here };
    }),
  );
}

describe('a vault of two processes that nobody asks', () => {
  it('asks its database seldom', async () => {
    const committed = async (): Promise<number> => {
      const [row] = await slow.sql<{ n: number }>(
        `SELECT xact_commit::int AS n FROM pg_stat_database WHERE datname = current_database()`,
      );
      return row!.n;
    };
    const before = await committed();
    await pause(4_000);
    // Fifty looks for events of the other process in a second, and what both do once or twice in it. More would be a wait that
    // is none.
    expect(((await committed()) - before) / 4).toBeLessThan(100);
  });
});

describe('the guess budget', () => {
  it('A01: 200 parallel wrong guesses over two processes evaluate exactly 10 when delays are zero', async () => {
    const device = await registered(bench);
    const results = await guessTogether(
      bench,
      device,
      Array.from({ length: 200 }, (_, index) => `wrong ${index}`),
    );
    const statuses = results.map(({ answer }) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 423)).toHaveLength(190);
    expect(await device.budget()).toEqual({ attemptsRemaining: 0, nextAttemptAt: null });
    expect(await count(bench, evaluated, device)).toBe(10);
    expect(await count(bench, guessEvents, device)).toBe(10);
  });

  it('A01b: with the real delays 200 parallel wrong guesses evaluate exactly 3', async () => {
    const device = await registered(slow);
    const results = await guessTogether(
      slow,
      device,
      Array.from({ length: 200 }, (_, index) => `wrong ${index}`),
    );
    const statuses = results.map(({ answer }) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(197);
    const refused = results.find(({ answer }) => answer.status === 429)!.answer;
    expect(refused.body).toMatchObject({ code: 'attempt-too-early', attemptsRemaining: 7 });
    expect(Date.parse(String(refused.body.nextAttemptAt)) - Date.now()).toBeGreaterThan(30_000);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect(await count(slow, evaluated, device)).toBe(3);
  });

  it('A02: a right password among 200 wrong ones succeeds only if it was counted, and refills only then', async () => {
    const device = await registered(bench);
    const guesses = Array.from({ length: 200 }, (_, index) => (index === 117 ? password : `wrong ${index}`));
    const results = await guessTogether(bench, device, guesses);
    const counted = results.filter(({ answer }) => answer.status === 201);
    expect(counted).toHaveLength(10);
    const right = results[117]!;
    const finished = right.answer.status === 201 ? await finish(right) : undefined;
    expect(finished?.status).toBe(right.answer.status === 201 ? 200 : undefined);
    const expected = finished === undefined ? 0 : 10;
    expect(await device.budget()).toMatchObject({ attemptsRemaining: expected });
  });

  it('A10: a replayed KE1 costs a guess under each new login id, and gets another KE2 each time', async () => {
    const device = await registered(bench);
    const attempt = await device.beginAttempt('wrong');
    const first = await device.startLogin(attempt);
    const second = await device.startLogin({ ...attempt, loginId: newUuid() });
    expect([first.body.attemptsRemaining, second.body.attemptsRemaining]).toEqual([9, 8]);
    expect(first.body.ke2).not.toBe(second.body.ke2);
  });

  it('resumes the same login id with the same KE1 without a second spend, on either process', async () => {
    const device = await registered(bench);
    const attempt = await device.beginAttempt('wrong');
    const first = await device.startLogin(attempt);
    const there = bench.device(bench.apis[1], device.subject);
    const again = await Promise.all([device.startLogin(attempt), there.startLogin(attempt)]);
    for (const answer of again) expect(answer.body).toEqual(first.body);
    const other = await device.startLogin({ loginId: attempt.loginId, ke1: (await device.beginAttempt('other')).ke1 });
    expect([other.status, other.body.code]).toEqual([409, 'login-conflict']);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
  });

  it('gives twenty simultaneous first requests of one login id one guess and one KE2', async () => {
    const device = await registered(bench);
    const attempt = await device.beginAttempt('wrong');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bench.device(bench.apis[index % 2], device.subject).startLogin(attempt)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expect(await count(bench, guessEvents, device)).toBe(1);
  });

  it('A11: a KE3 of a finished login, of another login or of none is refused and refills nothing', async () => {
    const device = await registered(bench);
    const one = await start(device, password);
    const two = await start(device, password);
    const [ke3, otherKe3] = [await ke3Of(device, one), await ke3Of(device, two)];
    const crossed = await device.finishLogin(one.attempt.loginId, otherKe3);
    expect([crossed.status, crossed.body['code']]).toEqual([401, 'wrong-guess']);
    // single use: the one KE3 of this login came, and was another's
    const late = await device.finishLogin(one.attempt.loginId, ke3);
    expect([late.status, late.body['code']]).toEqual([401, 'wrong-guess']);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 8 });
    const unknown = await device.finishLogin(newUuid(), ke3);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not-found']);
    const foreign = await bench.device().finishLogin(two.attempt.loginId, otherKe3);
    expect(foreign.status).toBe(404);
    expect((await device.finishLogin(two.attempt.loginId, otherKe3)).status).toBe(200);
    const replayed = await device.finishLogin(two.attempt.loginId, toBase64Url(randomBytes(64)));
    expect([replayed.status, replayed.body['code']]).toEqual([401, 'wrong-guess']);
  });

  it('A11: an expired login gets no answer', async () => {
    const device = await registered(bench);
    const one = await start(device, password);
    const { accountId } = await device.account();
    await bench.sql('UPDATE logins SET expires_at = clock_timestamp() WHERE account_id = $1::uuid', [accountId]);
    const finished = await device.finishLogin(one.attempt.loginId, await ke3Of(device, one));
    expect([finished.status, finished.body['code']]).toEqual([410, 'login-expired']);
    const resumed = await device.startLogin(one.attempt);
    expect([resumed.status, resumed.body.code]).toEqual([410, 'login-expired']);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
  });

  it('A12: parallel KE3s of one login give one refill, and identical ones the same answer', async () => {
    const device = await registered(bench);
    const one = await start(device, password);
    const ke3 = await ke3Of(device, one);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const here = bench.device(bench.apis[index % 2], device.subject);
        return here.finishLogin(one.attempt.loginId, index % 4 === 3 ? toBase64Url(randomBytes(64)) : ke3);
      }),
    );
    const good = answers.filter(({ status }) => status === 200);
    expect(new Set(good.map(({ text }) => text)).size).toBeLessThanOrEqual(1);
    const proven = `SELECT count(*)::int AS n FROM ledger_events WHERE account_id = $1::uuid AND kind = 'proven'`;
    expect(await count(bench, proven, device)).toBe(good.length === 0 ? 0 : 1);
    // either the right KE3 was first, or a forged one ended the login
    expect([0, 15]).toContain(good.length);
  });

  it('A13: a success raced with new guesses refills once, and at most 10 are evaluated after it', async () => {
    const device = await registered(bench);
    const one = await start(device, password);
    const ke3 = await ke3Of(device, one);
    const [finished, results] = await Promise.all([
      device.finishLogin(one.attempt.loginId, ke3),
      guessTogether(
        bench,
        device,
        Array.from({ length: 60 }, (_, index) => `wrong ${index}`),
      ),
    ]);
    expect(finished.status).toBe(200);
    const started = results.filter(({ answer }) => answer.status === 201).length;
    expect(started).toBeGreaterThanOrEqual(10);
    expect(started).toBeLessThanOrEqual(19);
    const events = await bench.sql<{ kind: string; remaining: number }>(
      `SELECT kind, remaining FROM ledger_events WHERE account_id = $1::uuid ORDER BY number`,
      [(await device.account()).accountId],
    );
    let sinceSuccess = 0;
    for (const { kind } of events) {
      if (kind === 'guess') expect(++sinceSuccess).toBeLessThanOrEqual(10);
      if (kind === 'proven' || kind === 'keyslot-proven') sinceSuccess = 0;
    }
  });

  it('A14: a login begun before the lock may be finished after it, while its record is there', async () => {
    const device = await registered(bench);
    const one = await start(device, password);
    const results = await guessTogether(
      bench,
      device,
      Array.from({ length: 20 }, (_, index) => `wrong ${index}`),
    );
    expect(results.filter(({ answer }) => answer.status === 201)).toHaveLength(9);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 0 });
    expect((await device.finishLogin(one.attempt.loginId, await ke3Of(device, one))).status).toBe(200);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
  });

  it('A15: the tenth wrong guess shreds the record once no login of it is open; other keyslots stay', async () => {
    const device = await registered(bench);
    expect((await device.activateDigits()).status).toBe(201);
    for (let guess = 0; guess < 9; guess++) expect((await device.recover('wrong')).status).toBe(401);
    const open = await start(device, 'silent');
    expect(open.body.attemptsRemaining).toBe(0);
    const { accountId } = await device.account();
    const records = `SELECT count(*)::int AS n FROM password_records WHERE account_id = $1::uuid`;
    expect(await count(bench, records, device)).toBe(1);
    await bench.sql(`UPDATE logins SET expires_at = clock_timestamp() WHERE account_id = $1::uuid`, [accountId]);
    await bench.sql(`UPDATE due_shreds SET due_at = clock_timestamp() WHERE account_id = $1::uuid`, [accountId]);
    await expect.poll(() => count(bench, records, device), { timeout: 5_000 }).toBe(0);
    const { body } = await device.call<{ keyslots: { kind: string }[] }>('GET', '/v1/keyslots');
    expect(body.keyslots.map(({ kind }) => kind)).toEqual(['digits']);
    expect(await device.recover(password)).toMatchObject({ status: 423 });
    const feed = await device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices');
    expect(feed.body.notices[0]?.kind).toBe('keyslot-shredded');
    const dumped = await bench.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM registrations WHERE account_id = $1::uuid AND record_sealed IS NOT NULL`,
      [accountId],
    );
    expect(dumped).toEqual([{ n: 0 }]);
  });

  it('A15: the tenth KE3 that is wrong shreds at once where no other login is open', async () => {
    const device = await registered(bench);
    for (let guess = 0; guess < 10; guess++) expect((await device.recover('wrong')).status).toBe(401);
    expect(
      await count(bench, `SELECT count(*)::int AS n FROM password_records WHERE account_id = $1::uuid`, device),
    ).toBe(0);
    const restored = await device.setPassword('a new one', 0);
    expect(restored.status).toBe(201);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
    expect((await device.recover('a new one')).status).toBe(200);
  });

  it('A16, A18: an account without a record answers, counts and locks as one with', async () => {
    const known = await registered(bench);
    const unknown = bench.device();
    await unknown.account();
    const [one, other] = [await start(known, 'wrong'), await start(unknown, 'wrong')];
    expect(shapeOf(other.body)).toEqual(shapeOf(one.body));
    expect(other.body.attemptsRemaining).toBe(9);
    const stable = await start(unknown, 'wrong');
    expect(stable.body.serial).toBe(other.body.serial);
    expect(await unknown.finishAttempt(other.attempt, other.body.ke2, other.body)).toBeUndefined();
    const [wrongOne, wrongOther] = [
      await known.finishLogin(one.attempt.loginId, toBase64Url(randomBytes(64))),
      await unknown.finishLogin(other.attempt.loginId, toBase64Url(randomBytes(64))),
    ];
    expect(wrongOther.status).toBe(wrongOne.status);
    expect(shapeOf(wrongOther.body)).toEqual(shapeOf(wrongOne.body));
    for (let guess = 0; guess < 8; guess++) expect((await unknown.recover('wrong')).status).toBe(401);
    const eleventh = await unknown.recover('wrong');
    expect([eleventh.status, eleventh.body['code']]).toEqual([423, 'no-attempts-left']);
    for (let guess = 0; guess < 9; guess++) expect((await known.recover('wrong')).status).toBe(401);
    const ended = await known.recover('wrong');
    expect(shapeOf(ended.body)).toEqual(shapeOf(eleventh.body));
  });

  it('A24: what does not decode costs no guess, a valid element costs one', async () => {
    const device = await registered(bench);
    const { ke1 } = await device.beginAttempt('wrong');
    const bytes = Buffer.from(ke1, 'base64url');
    const identity = Buffer.from(bytes).fill(0, 0, 32);
    const noElement = Buffer.from(bytes).fill(255, 0, 32);
    const badKeyShare = Buffer.from(bytes).fill(255, 64, 96);
    const texts = [
      identity,
      noElement,
      badKeyShare,
      bytes.subarray(1),
      Buffer.alloc(0),
      Buffer.concat([bytes, bytes]),
    ].map((wrong) => wrong.toString('base64url'));
    for (const wrong of [...texts, 'AAAA=', '', 7, null]) {
      const answer = await device.call('POST', '/v1/logins', { loginId: newUuid(), ke1: wrong });
      expect([answer.status, answer.body['code']]).toEqual([400, 'malformed']);
    }
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 10 });
    expect((await device.call('POST', '/v1/logins', { loginId: newUuid(), ke1 })).status).toBe(201);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
  });

  it('A01: what the database is sent for a guess is one conditional statement, which also makes what follows from it', async () => {
    const device = await registered(bench);
    const log = await startStatementLog(Number(new URL(bench.server.url).port));
    try {
      const url = new URL(bench.server.url);
      url.host = `127.0.0.1:${log.port}`;
      const api = await bench.start({ DATABASE_URL: url.href });
      const there = bench.device(api, device.subject);
      await there.account();
      const attempt = await there.beginAttempt('wrong');
      log.clear();
      expect((await there.startLogin(attempt)).status).toBe(201);
      const [spending, ...others] = log.transactions.filter((sent) => sent.some((sql) => /UPDATE budgets/i.test(sql)));
      expect(others).toEqual([]);
      const touching = spending!.filter((sql) => /\bbudgets\b/i.test(sql) && !/^SELECT/i.test(sql));
      expect(touching).toEqual([
        expect.stringMatching(
          /^WITH spent AS \( UPDATE budgets SET remaining = \$5, .* WHERE account_id = \$1 AND remaining > 0 AND \(next_guess_at IS NULL OR next_guess_at <= clock_timestamp\(\)\) AND \(vetoed_until IS NULL OR vetoed_until <= clock_timestamp\(\)\) AND remaining = \$2 AND attempt = \$3 AND active_serial = \$4 RETURNING /,
        ),
      ]);
      for (const [table, from] of [
        ['logins', 'FROM spent'],
        ['ledger_events', 'FROM spent'],
        ['ledger_queue', 'FROM spent'],
      ]) {
        const inserts = log.transactions.flat().filter((sql) => sql.includes(`INSERT INTO ${table} `));
        expect(inserts).toEqual([touching[0]]);
        expect(inserts[0]).toContain(from);
      }
    } finally {
      await log.stop();
    }
  });
});

async function start(device: TestDevice, guess: string) {
  const attempt = await device.beginAttempt(guess);
  const answer = await device.startLogin(attempt);
  expect(answer.status).toBe(201);
  return { attempt, body: answer.body };
}

async function ke3Of(device: TestDevice, started: Awaited<ReturnType<typeof start>>): Promise<string> {
  const finished = await device.finishAttempt(started.attempt, started.body.ke2, started.body);
  return finished!.ke3;
}

async function finish(result: Awaited<ReturnType<typeof guessTogether>>[number]) {
  const { here, attempt, answer } = result;
  return here.finishLogin(attempt.loginId, await ke3Of(here, { attempt, body: answer.body }));
}

/** Names, types and lengths of an answer, without its random parts. */
function shapeOf(body: object): unknown {
  return Object.entries(body)
    .map(([name, value]) => [name, typeof value, typeof value === 'string' ? value.length : 0])
    .sort();
}
