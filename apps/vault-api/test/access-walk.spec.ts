import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fillPath, routes, toOpenApi, type Route, type RouteName } from '@coffer/contracts';
import { generateSigningSeed, randomBytes, type SigningSeed } from '@coffer/crypto';
import {
  coSignedStatementToJson,
  coSignVaultStatement,
  signedStatementToJson,
  signRepositoryStatement,
  signVaultStatement,
  type Head,
  type VaultPurpose,
  type VaultStatementFields,
} from '@coffer/evidence';
import { fromBase64Url, systemClock, toBase64Url, toHex } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { walkRequests, type WalkRequest, type WalkSigner, type WalkTarget } from './access-walk-requests';
import { carriedBy, withCanaries } from './canaries';
import { RepositoryDevice } from './repository-device';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
let target: WalkTarget;
/** The owner before the account's new start, whose undoing is over. */
let former: TestDevice;
/** Of the account's repository, before the current one. */
let firstHead: Head;
let spentNonce: string;
let accountId: string;
let vaultId: Uint8Array;

beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0', COFFER_TEST_WAITS: '0,86400,1,86400,300' });
  target = await makeTarget();
}, 180_000);
afterAll(() => bench.stop());

/** An account that has everything: a former owner, keyslots, a backup, a started purge, and what waits. */
async function makeTarget(): Promise<WalkTarget> {
  former = bench.device();
  await former.activateDigits();
  former.isOwner = true;
  const { serial: formerSerial } = await former.setPassword('old');
  const device = bench.device(undefined, former.subject);
  device.generation = 2;
  const settledNewStartId = await begin(device);
  device.newStartId = settledNewStartId;
  const { serial, status } = await device.setPassword('right', formerSerial);
  expect(status).toBe(201);
  device.newStartId = undefined;
  device.isOwner = true;
  const account = await device.account();
  accountId = account.accountId;
  vaultId = fromBase64Url(account.vaultId);
  expect((await device.activateDigits()).status).toBe(201);
  const owner = new RepositoryDevice(device);
  expect((await owner.create()).status).toBe(201);
  const objects = await owner.backUp(['packs/1/aa/aa00']);
  firstHead = owner.head!;
  expect((await owner.putHead()).status).toBe(200);
  spentNonce = await nonce(device);
  const signer = signerWith(device.owner, device.keyId, 2, async () => Promise.resolve(spentNonce));
  const proof = await signer.sign('proof', owner.proofOf(objects, []));
  expect((await device.call('POST', '/v1/proofs', proof)).status).toBe(201);
  expect((await owner.startPurge()).status).toBe(200);
  const opened = await device.openRegistration('next', serial);
  expect((await device.putRecord(opened, 'next')).status).toBe(200);
  const settled = `SELECT count(*)::int AS n FROM new_starts WHERE new_start_id = $1::uuid AND state = 'settled'`;
  await vi.waitFor(async () => expect(await bench.sql(settled, [settledNewStartId])).toEqual([{ n: 1 }]), {
    ...{ timeout: 20_000, interval: 200 },
  });
  const newStartId = await begin(device);
  const asked = await device.call<{ deletionId: string }>('POST', '/v1/account/deletion');
  const { keyslots } = (await device.call<{ keyslots: { keyslotId: string; kind: string }[] }>('GET', '/v1/keyslots'))
    .body;
  return {
    ...{ owner, objects, newStartId, settledNewStartId, previousSerial: serial },
    registration: opened.registration,
    keyslotId: keyslots.find(({ kind }) => kind === 'password')!.keyslotId,
    keyslotIds: keyslots.map(({ keyslotId }) => keyslotId),
    deletionId: asked.body.deletionId,
    readGrant: await owner.grant('read'),
  };
}

async function begin(device: TestDevice): Promise<string> {
  const answer = await device.call<{ newStartId: string }>('POST', '/v1/new-starts');
  expect(answer.status).toBe(201);
  return answer.body.newStartId;
}

/** Everything of the account that somebody could miss, by name. */
async function snapshot(): Promise<Readonly<Record<string, string>>> {
  const of = (what: string, table: string): string =>
    `(SELECT coalesce(string_agg(row, E'\\n' ORDER BY row), '') FROM (SELECT (${what})::text AS row FROM ${table}
       WHERE account_id = $1::uuid) rows)`;
  const [row] = await bench.sql<Record<string, string>>(
    `SELECT ${of('a', 'accounts a')} AS account, ${of('b', 'budgets b')} AS budget, ${of('k', 'keyslots k')} AS keyslots,
       ${of('p.serial, p.keyslot_id', 'password_records p')} AS records,
       ${of('r.registration_id, r.state, r.evaluations', 'registrations r')} AS registrations,
       ${of('r', 'repositories r')} AS repositories, ${of('p.proof_id', 'proofs p')} AS proofs, ${of('p', 'pins p')} AS pins,
       ${of('m', 'purge_mandates m')} AS mandate, ${of('o.object_id, o.state', 'purge_objects o')} AS objects,
       ${of('n.new_start_id, n.state', 'new_starts n')} AS new_starts, ${of('d', 'account_deletions d')} AS deletion,
       ${of('c', 'key_checks c')} AS checks, ${of('s', 'notice_settings s')} AS notices`,
    [accountId],
  );
  const folder = join(bench.home, 'repositories', toHex(target.owner.repositoryId));
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return { ...row!, files: names.sort().join('\n') };
}

/** Which parts of the account an act has changed. */
function changes(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}

const now = (): number => Math.floor(systemClock.nowMs() / 1000);
/** Of a sign-in of an hour ago, as a token that was stolen is. */
const staleToken = () => bench.issuer.token(former.subject, { auth_time: now() - 3600 });
const freshToken = () => bench.issuer.token(former.subject);

interface Attacker {
  readonly name: string;
  token(route: Route): Promise<string>;
  signer(route: Route): Promise<WalkSigner>;
}

/** Signs with a key under a generation, each time under the challenge that `challenge` gives. */
function signerWith(
  seed: SigningSeed,
  keyId: Uint8Array,
  generation: number,
  challenge: (purpose: VaultPurpose) => Promise<string>,
): WalkSigner {
  const fieldsOf = async <P extends VaultPurpose>(
    purpose: P,
    { serial = 0, previousSerial = 0 }: { readonly serial?: number; readonly previousSerial?: number } = {},
  ): Promise<VaultStatementFields<P>> => ({
    ...{
      purpose,
      vaultId,
      account: accountId,
      generation,
      expiresAtMs: systemClock.nowMs() + 60_000,
      serial,
      previousSerial,
    },
    challenge: fromBase64Url(await challenge(purpose)),
  });
  return {
    ...{ seed, keyId },
    sign: async (purpose, body, terms) =>
      signedStatementToJson(signVaultStatement(seed, await fieldsOf(purpose, terms), body)),
    coSign: async (purpose, body, next, terms) =>
      coSignedStatementToJson(coSignVaultStatement({ former: seed, next }, await fieldsOf(purpose, terms), body)),
    head: () => {
      const { owner } = target;
      const next = owner.nextHead();
      const signed = signRepositoryStatement(seed, { purpose: 'head', repositoryId: owner.repositoryId, keyId }, next);
      return signedStatementToJson(signed);
    },
  };
}

/** A fresh challenge; for a proof its nonce. */
async function challenge(purpose: VaultPurpose): Promise<string> {
  const { device } = target.owner;
  if (purpose === 'proof') return nonce(device);
  return (await device.call<{ challenge: string }>('POST', '/v1/challenges')).body.challenge;
}

async function nonce(device: TestDevice): Promise<string> {
  return (await device.call<{ nonce: string }>('POST', '/v1/proofs/nonces')).body.nonce;
}

/** A challenge that the owner has spent already, on an act that leaves no trace; the nonce of the proof that was accepted. */
async function spentChallenge(purpose: VaultPurpose): Promise<string> {
  if (purpose === 'proof') return spentNonce;
  const { owner } = target;
  const { device, repositoryId } = owner;
  const given = await challenge(purpose);
  const signer = signerWith(device.owner, device.keyId, 2, async () => Promise.resolve(given));
  const used = await device.call('POST', `${owner.base}/grants`, await signer.sign('create-grant', { repositoryId }));
  expect(used.status).toBe(201);
  return given;
}

/** With a head that was current once. */
function withOldHead(signer: WalkSigner): WalkSigner {
  return { ...signer, head: () => target.owner.signHead(firstHead) };
}

function isStaleToken(token: string): boolean {
  const { auth_time: at } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
    auth_time: number;
  };
  return now() - at > 300;
}

/** So that no login of a guess stays open. */
async function finishWrongly(started: WalkRequest, token: string): Promise<void> {
  const { loginId } = started.body as { loginId: string };
  const wrong = { params: { loginId }, body: { ke3: toBase64Url(randomBytes(64)) } };
  expect((await send(routes.finishLogin, wrong, token)).code).toBe('wrong-guess');
}

const thiefSeed = generateSigningSeed();
const thiefKeyId = randomBytes(8);
const freshForOwners = (route: Route) => (route.auth === 'owner' ? freshToken() : staleToken());

const attackers: readonly Attacker[] = [
  {
    name: 'a stolen token',
    token: staleToken,
    signer: async () => Promise.resolve(signerWith(thiefSeed, thiefKeyId, 2, challenge)),
  },
  {
    name: 'a stolen token that names the owner’s key id',
    token: staleToken,
    signer: async () => Promise.resolve(signerWith(thiefSeed, target.owner.device.keyId, 2, challenge)),
  },
  {
    // Where an act needs a fresh sign-in besides the signature, the signature is the owner's own.
    name: 'a stale login',
    token: staleToken,
    signer: async ({ freshLogin }) => {
      const { owner, keyId } = target.owner.device;
      const seed = freshLogin === 'always' ? owner : thiefSeed;
      return Promise.resolve(signerWith(seed, keyId, 2, challenge));
    },
  },
  ...[1, 2].map((generation): Attacker => ({
    name: `the old owner key under generation ${generation}`,
    token: freshForOwners,
    signer: async () => Promise.resolve(signerWith(former.owner, former.keyId, generation, challenge)),
  })),
  {
    name: 'a replayed statement',
    token: freshForOwners,
    signer: async () => {
      const { owner, keyId } = target.owner.device;
      return Promise.resolve(withOldHead(signerWith(owner, keyId, 2, spentChallenge)));
    },
  },
];

/**
 * What a token may change by itself: a guess counts (P3, P4), a purge is stopped by whoever has lost the key, and notices wait or are
 * silenced, but for those about security.
 */
const permitted: Partial<Record<RouteName, readonly string[]>> = {
  startLogin: ['budget'],
  stopPurge: ['mandate'],
  putNoticeSettings: ['notices'],
};

const refusals = [
  ...['statement-invalid', 'wrong-owner-generation', 'challenge-spent', 'account-owned', 'fresh-login-required'],
  ...['not-found', 'grant-invalid', 'head-behind', 'precondition-failed'],
];

const signatureRefusals = ['statement-invalid', 'wrong-owner-generation', 'challenge-spent', 'account-owned'];
/** What would end the walk; their suites do them as the owner. */
const destroying: readonly RouteName[] = [
  'deleteAccount',
  'removeKeyslot',
  'rotate',
  'removeRepository',
  'deleteObjects',
];

/** What the walks sent that could be a secret, and what they were told when they were refused. */
const carried = new Set<string>();
const refusalTexts: string[] = [];

async function send(route: Route, request: WalkRequest, token: string) {
  const url = `${bench.apis[0]!.url}${fillPath(route, request.params)}${request.query ?? ''}`;
  const isBytes = request.body instanceof Uint8Array;
  const type = request.body === undefined || isBytes ? {} : { 'content-type': 'application/json' };
  const body = isBytes || request.body === undefined ? request.body : JSON.stringify(request.body);
  const response = await fetch(url, {
    method: route.method,
    headers: { authorization: `Bearer ${token}`, ...type, ...request.headers },
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  const text = await response.text();
  const isProblem = text !== '' && response.headers.get('content-type')?.includes('problem') === true;
  for (const each of carriedBy(request, token)) carried.add(each);
  if (isProblem) refusalTexts.push(text);
  return { status: response.status, code: isProblem ? (JSON.parse(text) as { code: string }).code : undefined };
}

/** Whether the refusal is the one that the route's access asks for. */
function expectRefused(
  name: RouteName,
  request: WalkRequest,
  answer: Awaited<ReturnType<typeof send>>,
  isStale: boolean,
): void {
  const route: Route = routes[name];
  expect([name, answer.status < 500]).toEqual([name, true]);
  if (route.auth === 'staff') expect([name, answer.code]).toEqual([name, 'forbidden']);
  const needsFresh = route.auth === 'fresh' || route.freshLogin === 'always';
  if (needsFresh && isStale) expect([name, answer.code]).toEqual([name, 'fresh-login-required']);
  if (route.auth !== 'owner' && request.isOwnerAct !== true) return;
  expect([name, answer.status >= 400, refusals.includes(answer.code ?? 'none') ? 'refused' : answer.code]).toEqual([
    name,
    true,
    'refused',
  ]);
}

describe('the access walk', () => {
  it('knows every route of the OpenAPI document, and no other', () => {
    const operations = Object.values(toOpenApi().paths).flatMap((methods) =>
      Object.values(methods).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(Object.keys(walkRequests).sort()).toEqual(operations.sort());
  });

  it.each(attackers)('D02: nothing comes of it when $name is tried on every route', async ({ token, signer }) => {
    const effects: Record<string, string[]> = {};
    let before = await snapshot();
    for (const [name, build] of Object.entries(walkRequests) as [RouteName, (typeof walkRequests)[RouteName]][]) {
      const route: Route = routes[name];
      for (const request of await build(target, await signer(route))) {
        const used = await token(route);
        const answer = await send(route, request, used);
        expectRefused(name, request, answer, isStaleToken(used));
        if (name === 'startLogin') await finishWrongly(request, used);
        const after = await snapshot();
        const changed = changes(before, after);
        if (changed.length > 0) effects[name] = changed;
        before = after;
      }
    }
    const unexpected = Object.entries(effects).filter(
      ([name, changed]) => !changed.every((part) => permitted[name as RouteName]?.includes(part)),
    );
    expect(unexpected).toEqual([]);
    expect(effects['startLogin']).toEqual(['budget']);
  });

  it('takes the same requests from the owner: what refused them was the signature, and the walk sees what they do', async () => {
    const { owner } = target;
    const signer = signerWith(owner.device.owner, owner.device.keyId, 2, challenge);
    const before = await snapshot();
    const token = await freshToken();
    for (const name of Object.keys(walkRequests) as RouteName[]) {
      const route: Route = routes[name];
      if (route.auth !== 'owner' || destroying.includes(name)) continue;
      for (const request of await walkRequests[name](target, signer)) {
        const { code } = await send(route, request, token);
        expect([name, signatureRefusals.find((each) => each === code)]).toEqual([name, undefined]);
      }
    }
    const changed = changes(before, await snapshot());
    const expected = ['budget', 'registrations', 'repositories', 'mandate', 'new_starts', 'deletion', 'checks'];
    expect(expected.filter((part) => !changed.includes(part))).toEqual([]);
    // The veto of guesses is lifted again, for what follows.
    const lifted = await owner.device.call('POST', '/v1/guess-veto', await signer.sign('guess-veto', { seconds: 0 }));
    expect(lifted.status).toBe(200);
  });

  it('D07: comes back in no refusal, with a canary in each field of each request by turns; a field too many is refused', async () => {
    const { owner } = target;
    const signer = signerWith(owner.device.owner, owner.device.keyId, 2, challenge);
    const token = await freshToken();
    let tried = 0;
    for (const [name, build] of Object.entries(walkRequests) as [RouteName, (typeof walkRequests)[RouteName]][]) {
      for (const whole of await build(target, signer)) {
        for (const { canary, request } of withCanaries(whole)) {
          const from = refusalTexts.length;
          const { status } = await send(routes[name], request, token);
          tried++;
          expect([name, status < 500]).toEqual([name, true]);
          const refused = routes[name].auth === 'staff' ? 403 : 400;
          if (request.query !== whole.query) expect([name, status]).toEqual([name, refused]);
          carried.add(canary);
          expect([name, refusalTexts.slice(from).filter((text) => text.includes(canary))]).toEqual([name, []]);
        }
      }
    }
    expect(tried).toBeGreaterThan(200);
  });

  it('P4, the first exception: ten wrong guesses by token alone end the password keyslot, and nothing else', async () => {
    const before = await snapshot();
    const token = await staleToken();
    for (let left = 10; left > 0; left--) {
      const [request] = await walkRequests.startLogin(target, signerWith(thiefSeed, thiefKeyId, 2, challenge));
      const answer = await send(routes.startLogin, request!, token);
      if (answer.status === 423) break;
      await finishWrongly(request!, token);
    }
    expect(changes(before, await snapshot()).sort()).toEqual(['budget', 'keyslots', 'records']);
    const { keyslots } = (await target.owner.device.call<{ keyslots: { kind: string }[] }>('GET', '/v1/keyslots')).body;
    expect(keyslots.map(({ kind }) => kind)).toEqual(['digits', 'passkey']);
  });

  it('the second exception: a sign-in just made, and a new start that nobody cancels, put another key in place', async () => {
    const thief = bench.device(undefined, former.subject);
    thief.generation = 3;
    thief.newStartId = await begin(thief);
    expect((await thief.setPassword('mine')).status).toBe(201);
    const account = await thief.call('GET', '/v1/account');
    expect(account.body['ownerGeneration']).toBe(3);
    const { body } = await thief.call<{ repositories: unknown[] }>('GET', '/v1/repositories');
    // The former owner's one, the one that the owner made, and the one of the test before: nobody's backup went.
    expect(body.repositories).toHaveLength(2);
  });
});

describe('a first claim', () => {
  it('is not made by a stale login, not even with a key of its own', async () => {
    const device = bench.device();
    const { accountId: own } = await device.account();
    const token = await bench.issuer.token(device.subject, { auth_time: now() - 301 });
    const signed = await device.statement('activate-digits', {
      ...{ ownerPublicKey: randomBytes(32), keyId: device.keyId, kind: 'digits' },
    });
    expect((await send(routes.activateDigits, { body: signed }, token)).code).toBe('fresh-login-required');
    const unowned = 'SELECT owner_generation AS generation FROM accounts WHERE account_id = $1::uuid';
    expect(await bench.sql(unowned, [own])).toEqual([{ generation: 0 }]);
  });
});

describe('what the walks sent', () => {
  it('D07: stands in no log and no metric', async () => {
    const api = bench.apis[0]!;
    const metrics = await (await fetch(`${api.metricsUrl}/metrics`)).text();
    const seen = `${api.log()}\n${metrics}`;
    expect(seen).toContain('"route":"/v1/logins"');
    expect(carried.size).toBeGreaterThan(1_000);
    expect([...carried].filter((text) => seen.includes(text))).toEqual([]);
  });
});
