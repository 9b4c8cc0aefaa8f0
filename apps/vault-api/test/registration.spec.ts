import {
  decodeLedgerEvent,
  openCheckpoint,
  parseVerifierKey,
  verifyChain,
  verifyConsistency,
  verifyInclusion,
  hashLeaf,
  ledgerEntry,
  ledgerOrigin,
  replayBudget,
  type RotationBody,
} from '@coffer/evidence';
import { deployment } from '@coffer/contracts';
import { generateSigningSeed, randomBytes, signingPublicKey, type SigningSeed } from '@coffer/crypto';
import { fromBase64Url, newUuid, toBase64Url, toHex } from '@coffer/foundation';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(2, { COFFER_GUESS_DELAYS: '0' });
}, 180_000);
afterAll(() => bench.stop());

describe('a registration', () => {
  it('answers the same key and bytes from the store, and other bytes with another registration', async () => {
    const device = bench.device();
    const opened = await device.openRegistration('one');
    const headers = { 'idempotency-key': opened.idempotencyKey };
    const again = await device.call('POST', '/v1/registrations', opened.body, headers);
    expect(again.body).toEqual(opened.answer.body);
    const other = await device.openRegistration('two', 0, opened.idempotencyKey);
    expect(other.registration.registrationId).not.toBe(opened.registration.registrationId);
    expect(other.registration.serial).not.toBe(opened.registration.serial);
  });

  it('is opened at most 5 times a day', async () => {
    const device = bench.device();
    for (let count = 0; count < 5; count++) expect((await device.openRegistration('x')).answer.status).toBe(201);
    const sixth = (await device.openRegistration('x')).answer;
    expect([sixth.status, sixth.body['code']]).toEqual([429, 'too-many-registrations']);
  });

  it('evaluates every request under a salt of its own, so that dropped answers teach nothing (Davies et al.)', async () => {
    const device = bench.device();
    const first = await device.openRegistration('same');
    const { registrationRequest } = first.body as { registrationRequest: string };
    const second = await device.call(
      'POST',
      '/v1/registrations',
      { registrationRequest },
      { 'idempotency-key': newUuid() },
    );
    expect(second.status).toBe(201);
    const element = (text: unknown) => String(text).slice(0, 42);
    expect(element(second.body['registrationResponse'])).not.toBe(element(first.registration.registrationResponse));
  });

  it('A22: a pending record cannot be guessed: not by a token, not without the statement of its owner', async () => {
    const device = bench.device();
    const opened = await device.openRegistration('pending');
    expect((await device.putRecord(opened, 'pending')).status).toBe(200);
    // the guess route answers for an account without a record
    const attempt = await device.beginAttempt('pending');
    const guess = await device.startLogin(attempt);
    expect(guess.body.serial).not.toBe(opened.registration.serial);
    expect(await device.finishAttempt(attempt, guess.body.ke2, guess.body)).toBeUndefined();
    // another owner key signs for nobody
    const thief = bench.device(bench.apis[0], device.subject);
    const stolen = await thief.confirm(opened, await thief.beginAttempt('pending'));
    expect([stolen.status, stolen.body['code']]).toEqual([403, 'statement-invalid']);
    // the database has no active record, and one budget row
    const { accountId } = await device.account();
    const rows = await bench.sql<{ n: number }>(
      'SELECT count(*)::int AS n FROM password_records WHERE account_id = $1::uuid',
      [accountId],
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('confirms at most three times, and a resumed confirmation is not another one', async () => {
    const device = bench.device();
    const opened = await device.openRegistration('x');
    await device.putRecord(opened, 'x');
    const attempts = [];
    for (let count = 0; count < 3; count++) {
      const attempt = await device.beginAttempt('x');
      const answer = await device.confirm(opened, attempt);
      expect(answer.status).toBe(201);
      attempts.push({ attempt, answer });
    }
    const resumed = await device.confirm(opened, attempts[0]!.attempt);
    expect(resumed.body).toEqual(attempts[0]!.answer.body);
    const fourth = await device.confirm(opened, await device.beginAttempt('x'));
    expect([fourth.status, fourth.body['code']]).toEqual([423, 'no-attempts-left']);
  });

  it('does not become active by editing its state in the database', async () => {
    const device = bench.device();
    const opened = await device.openRegistration('x');
    await device.putRecord(opened, 'x');
    const { accountId } = await device.account();
    await bench.sql(
      `INSERT INTO password_records (account_id, serial, keyslot_id, sealed, sealing_epoch)
       SELECT account_id, serial, registration_id, record_sealed, sealing_epoch FROM registrations
       WHERE account_id = $1::uuid AND state = 'pending'`,
      [accountId],
    );
    const guess = await device.startLogin(await device.beginAttempt('x'));
    expect(guess.body.serial).not.toBe(opened.registration.serial);
  });

  it('activates once, and gives the identical retry the same answer', async () => {
    const device = bench.device();
    const opened = await device.openRegistration('x');
    await device.putRecord(opened, 'x');
    const attempt = await device.beginAttempt('x');
    const confirmed = await device.confirm(opened, attempt);
    const { ke3 } = (await device.finishAttempt(attempt, String(confirmed.body['ke2']), opened.registration))!;
    const path = `/v1/registrations/${opened.registration.registrationId}/activation`;
    const body = { loginId: attempt.loginId, ke3 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => device.call('POST', path, body)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    const forged = await device.call('POST', path, { ...body, ke3: toBase64Url(randomBytes(64)) });
    expect([forged.status, forged.body['code']]).toEqual([401, 'wrong-guess']);
  });

  it('of a new password shreds the former one, and a login of the former is superseded', async () => {
    const device = bench.device();
    const first = await device.setPassword('old');
    device.isOwner = true;
    const late = await device.beginAttempt('old');
    const started = await device.startLogin(late);
    const second = await device.setPassword('new', first.serial);
    expect(second.status).toBe(201);
    const { ke3 } = (await device.finishAttempt(late, started.body.ke2, started.body))!;
    const superseded = await device.finishLogin(late.loginId, ke3);
    expect([superseded.status, superseded.body['code']]).toEqual([401, 'superseded']);
    expect((await device.finishLogin(late.loginId, ke3)).body['code']).toBe('superseded');
    expect((await device.recover('old')).status).toBe(401);
    expect((await device.recover('new')).status).toBe(200);
    const { body } = await device.call<{ keyslots: { serial: number; state: string }[] }>('GET', '/v1/keyslots');
    expect(body.keyslots).toMatchObject([{ serial: second.serial, state: 'active' }]);
  });

  it('A21: by a thief of the token is refused on an owned account', async () => {
    const device = bench.device();
    await device.setPassword('mine');
    const thief = bench.device(bench.apis[0], device.subject);
    const { registrationRequest } = (await bench.device().openRegistration('x')).body as {
      registrationRequest: string;
    };
    const bare = await thief.call(
      'POST',
      '/v1/registrations',
      { registrationRequest },
      { 'idempotency-key': newUuid() },
    );
    expect([bare.status, bare.body['code']]).toEqual([409, 'account-owned']);
    thief.isOwner = true;
    const signed = (await thief.openRegistration('x', 0)).answer;
    expect([signed.status, signed.body['code']]).toEqual([403, 'statement-invalid']);
    expect((await device.recover('mine')).status).toBe(200);
  });
});

describe('the first claim', () => {
  it('is won by exactly one of many devices, whatever they bring', async () => {
    const subject = newUuid();
    const devices = Array.from({ length: 8 }, (_, index) => bench.device(bench.apis[index % 2], subject));
    await devices[0]!.account();
    const answers = await Promise.all(
      devices.map((device, index) =>
        index % 2 === 0 ? device.activateDigits() : device.setPassword(`password ${index}`),
      ),
    );
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    for (const { status } of answers.filter((answer) => answer.status !== 201))
      expect([403, 409, 410, 404]).toContain(status);
    const { body } = await devices[0]!.call<{ ownerPublicKey: string; ownerGeneration: number }>('GET', '/v1/account');
    const winner = devices[answers.findIndex(({ status }) => status === 201)]!;
    expect(body).toMatchObject({ ownerGeneration: 1, ownerPublicKey: toBase64Url(signingPublicKey(winner.owner)) });
    const bound = await bench.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM ledger_events JOIN accounts USING (account_id)
       WHERE subject = $1 AND kind = 'owner-bound'`,
      [subject],
    );
    expect(bound).toEqual([{ n: 1 }]);
  });

  it('A23: of two registrations in flight the second record ends the first', async () => {
    const subject = newUuid();
    const [one, two] = [bench.device(bench.apis[0], subject), bench.device(bench.apis[1], subject)];
    const [first, second] = [await one.openRegistration('one'), await two.openRegistration('two')];
    expect((await one.putRecord(first, 'one')).status).toBe(200);
    expect((await two.putRecord(second, 'two')).status).toBe(200);
    const ended = await one.confirm(first, await one.beginAttempt('one'));
    expect([ended.status, ended.body['code']]).toEqual([410, 'registration-expired']);
  });
});

describe('keyslots', () => {
  it('are recorded, listed and removed by their owner, the last one excepted', async () => {
    const device = bench.device();
    const digits = await device.activateDigits();
    expect(digits.status).toBe(201);
    device.isOwner = true;
    expect((await device.activateDigits()).body['code']).toBe('already-exists');
    const keyslotId = String(digits.body['keyslotId']);
    const last = await device.remove(keyslotId);
    expect([last.status, last.body['code']]).toEqual([409, 'last-keyslot']);
    const password = await device.setPassword('x');
    expect(password.status).toBe(201);
    expect((await device.recover('wrong')).status).toBe(401);
    expect((await device.remove(String(password.body['keyslotId']))).status).toBe(204);
    expect(await device.budget()).toMatchObject({ attemptsRemaining: 9 });
    expect((await device.recover('x')).body['code']).toBe('wrong-guess');
    const foreign = bench.device();
    expect((await foreign.call('GET', '/v1/keyslots')).body).toEqual({ keyslots: [] });
  });

  it('of a passkey keep its wrap byte for byte, for this account’s token alone, and go with it', async () => {
    const device = bench.device();
    const [credentialId, prfSalt, sealedBackupKey] = [randomBytes(1023), randomBytes(32), randomBytes(72)];
    const wrap = { keyId: device.keyId, rpId: 'portal.example', credentialId, prfSalt, sealedBackupKey };
    const add = async () => {
      const signed = await device.statement('activate-passkey', wrap);
      return device.call<Record<string, string>>('POST', '/v1/keyslots/passkeys', signed);
    };
    await device.account();
    expect((await add()).body['code']).toBe('wrong-owner-generation');
    const digits = (await device.activateDigits()).body;
    const added = await add();
    expect([added.status, added.body['kind']]).toEqual([201, 'passkey']);
    expect((await add()).body['code']).toBe('already-exists');
    const keyslotId = added.body['keyslotId']!;
    const list = async (of: TestDevice) => (await of.call('GET', '/v1/keyslots/passkeys')).body;
    expect(await list(device)).toEqual({
      passkeys: [
        {
          ...{ keyslotId, keyId: toHex(device.keyId), rpId: 'portal.example' },
          ...{ credentialId: toBase64Url(credentialId), prfSalt: toBase64Url(prfSalt) },
          sealedBackupKey: toBase64Url(sealedBackupKey),
        },
      ],
    });
    expect(await list(bench.device())).toEqual({ passkeys: [] });
    expect((await device.remove(digits['keyslotId']!)).body['code']).toBe('last-keyslot');
    expect((await device.remove(keyslotId)).status).toBe(204);
    expect(await list(device)).toEqual({ passkeys: [] });
  });

  it('are changed by no statement twice, by none of another account, by none of an old challenge', async () => {
    const [device, other] = [bench.device(), bench.device()];
    const body = { ownerPublicKey: signingPublicKey(device.owner), keyId: device.keyId, kind: 'digits' as const };
    const signed = await device.statement('activate-digits', body);
    await other.account();
    expect((await other.call('POST', '/v1/keyslots/digits', signed)).body['code']).toBe('statement-invalid');
    expect((await device.call('POST', '/v1/keyslots/digits', signed)).status).toBe(201);
    expect((await device.call('POST', '/v1/keyslots/digits', signed)).body['code']).toBe('challenge-spent');
  });
});

describe('the ledger', () => {
  it('verifies for the account from deployment.json alone: chain, replay, inclusion and consistency', async () => {
    const device = bench.device();
    await device.setPassword('x');
    await device.recover('wrong');
    await device.recover('x');
    const pinned = deployment.parse(JSON.parse(await readFile(join(bench.home, 'deployment.json'), 'utf8')));
    const { accountId, vaultId } = await device.account();
    const key = parseVerifierKey(pinned.ledgerKey);
    const earlier = openCheckpoint((await device.call('GET', '/v1/ledger/checkpoint')).text, key);
    await device.recover('wrong');
    type Listed = { number: number; event: string; salt: string; leafIndex: number | null };
    const list = async () => (await device.call<{ events: Listed[] }>('GET', '/v1/ledger/events')).body.events;
    await expect.poll(async () => (await list()).every(({ leafIndex }) => leafIndex !== null)).toBe(true);
    const events = await list();
    const { events: chain } = verifyChain(
      events.map(({ event }) => fromBase64Url(event)),
      { account: accountId },
    );
    expect(replayBudget(chain)).toMatchObject({ remaining: 9 });
    expect(chain.map(({ kind }) => kind)).toEqual([
      ...[
        'account-opened',
        'registration-opened',
        'owner-bound',
        'keyslot-proven',
        'guess',
        'guess',
        'proven',
        'guess',
      ],
    ]);
    const checkpoint = openCheckpoint((await device.call('GET', '/v1/ledger/checkpoint')).text, key);
    expect(checkpoint.origin).toBe(ledgerOrigin(fromBase64Url(vaultId)));
    for (const { number, event, salt } of events) {
      const path = `/v1/ledger/events/${number}/inclusion?size=${checkpoint.size}`;
      const { body } = await device.call<{ leafIndex: number; proof: string[] }>('GET', path);
      verifyInclusion({
        leafIndex: body.leafIndex,
        treeSize: checkpoint.size,
        leafHash: hashLeaf(ledgerEntry(fromBase64Url(salt), fromBase64Url(event))),
        root: checkpoint.root,
        proof: body.proof.map((hash) => fromBase64Url(hash)),
      });
    }
    const path = `/v1/ledger/consistency?from=${earlier.size}&to=${checkpoint.size}`;
    const { body } = await device.call<{ proof: string[] }>('GET', path);
    verifyConsistency({
      ...{ fromSize: earlier.size, fromRoot: earlier.root, toSize: checkpoint.size, toRoot: checkpoint.root },
      proof: body.proof.map((hash) => fromBase64Url(hash)),
    });
    expect(decodeLedgerEvent(fromBase64Url(events[0]!.event)).number).toBe(1);
  });
});

describe('a rotation of the backup key', () => {
  /** An account with 64 digits, and what is needed to rotate its key without any repository. */
  async function claimed(subject?: string) {
    const device = bench.device(undefined, subject);
    const keyslot = (await device.activateDigits()).body;
    const rotation = (next: SigningSeed, change: Partial<RotationBody> = {}): RotationBody => ({
      ownerPublicKey: signingPublicKey(device.owner),
      newOwnerPublicKey: signingPublicKey(next),
      newKeyId: randomBytes(8),
      heads: [],
      activated: [{ kind: 'digits' }],
      removed: [keyslot['keyslotId']!],
      ...change,
    });
    return { device, keyslotId: keyslot['keyslotId']!, rotation };
  }

  it('of two devices at once ends with one of them, and nothing of the other (A23)', async () => {
    const { device, rotation } = await claimed();
    const other = bench.device(bench.apis[1], device.subject);
    const nexts = Array.from({ length: 8 }, () => generateSigningSeed());
    const signed = await Promise.all(
      nexts.map(async (next) => ({ next, body: await device.coSigned('rotate', rotation(next), next) })),
    );
    const answers = await Promise.all(
      signed.map(({ body }, at) => (at % 2 === 0 ? device : other).call('POST', '/v1/rotation', body)),
    );
    const won = answers.flatMap(({ status }, at) => (status === 200 ? [at] : []));
    expect(won).toHaveLength(1);
    const lost = answers.filter(({ status }) => status !== 200).map(({ body }) => body['code']);
    expect(new Set(lost)).toEqual(new Set(['wrong-owner-generation']));
    const account = (await device.call('GET', '/v1/account')).body;
    const publicKey = toBase64Url(signingPublicKey(nexts[won[0]!]!));
    expect(account).toMatchObject({ ownerGeneration: 2, ownerPublicKey: publicKey });
    const { keyslots } = (await device.call<{ keyslots: { state: string; keyId: string }[] }>('GET', '/v1/keyslots'))
      .body;
    const active = keyslots.filter(({ state }) => state === 'active');
    expect(active.map(({ keyId }) => keyId)).toEqual([account['keyId']]);
  });

  it('takes nothing of another account along: no keyslot, no repository, no registration (D01)', async () => {
    const mine = await claimed();
    const repositoryId = randomBytes(16);
    const create = await mine.device.statement('create-repository', { repositoryId, keyId: mine.device.keyId });
    expect((await mine.device.call('POST', '/v1/repositories', create)).status).toBe(201);
    mine.device.isOwner = true;
    const opened = await mine.device.openRegistration('mine');
    const { device, keyslotId, rotation } = await claimed();
    const next = generateSigningSeed();
    const foreign = [
      rotation(next, { removed: [keyslotId, mine.keyslotId] }),
      rotation(next, { heads: [{ repositoryId, expected: null, head: null }] }),
      rotation(next, {
        activated: [
          { kind: 'password', registrationId: opened.registration.registrationId, serial: opened.registration.serial },
        ],
      }),
    ];
    const answers = [];
    for (const body of foreign) {
      answers.push(await device.call('POST', '/v1/rotation', await device.coSigned('rotate', body, next)));
    }
    expect(answers.map(({ body }) => body['code'])).toEqual([
      'rotation-behind',
      'rotation-behind',
      'registration-expired',
    ]);
    const record = {
      registrationId: opened.registration.registrationId,
      ownerPublicKey: signingPublicKey(device.owner),
      newOwnerPublicKey: signingPublicKey(next),
      keyId: randomBytes(8),
      record: randomBytes(192),
      sealedBackupKey: randomBytes(72),
      ksf: opened.registration.ksf,
    };
    const terms = { serial: opened.registration.serial };
    const path = `/v1/registrations/${opened.registration.registrationId}/rotation-record`;
    const put = await device.call('PUT', path, await device.coSigned('rotation-record', record, next, terms));
    expect(put.body['code']).toBe('not-found');
    for (const { device: each } of [mine, { device }]) {
      expect((await each.call('GET', '/v1/account')).body).toMatchObject({ ownerGeneration: 1 });
    }
  });
});

describe('a password record that was moved by SQL (B04)', () => {
  it('opens for nobody: neither under another account nor under another serial of its own', async () => {
    const [mine, theirs] = [bench.device(), bench.device()];
    const serials: number[] = [];
    for (const device of [mine, theirs]) {
      const { status, serial } = await device.setPassword('the same password');
      expect(status).toBe(201);
      serials.push(serial);
    }
    const ids = await Promise.all([mine, theirs].map(async (device) => (await device.account()).accountId));
    await bench.sql(
      `UPDATE password_records r SET sealed = s.sealed, sealing_epoch = s.sealing_epoch
       FROM password_records s WHERE r.account_id = '${ids[0]}' AND s.account_id = '${ids[1]}'`,
    );
    const moved = await mine.recover('the same password');
    expect(moved.status).toBeGreaterThanOrEqual(500);
    expect(moved.text).not.toContain(toBase64Url(theirs.sealedBackupKey));
    expect(moved.text).not.toContain(toBase64Url(mine.sealedBackupKey));
    expect((await theirs.recover('the same password')).status).toBe(200);
    // Its owner, who holds the key, sets another one: the moved one goes with it.
    mine.isOwner = true;
    expect((await mine.setPassword('another password', serials[0])).status).toBe(201);
    expect((await mine.recover('another password')).body).toMatchObject({
      sealedBackupKey: toBase64Url(mine.sealedBackupKey),
    });
  });
});
