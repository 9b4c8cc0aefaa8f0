import { deriveKeyId, deriveOwnerKey, parseDigits, parseKitRows } from '@coffer/device-crypto';
import {
  connectDevice,
  serveDevice,
  type BegunSetup,
  type DeviceClient,
  type DeviceService,
} from '@coffer/device-protocol';
import { signedStatementFromJson, verifyVaultStatement } from '@coffer/evidence';
import { fromBase64Url, toHex } from '@coffer/foundation';
import { fakeClock } from '@coffer/test-kit';
import { createVaultClient } from '@coffer/vault-client';
import { PDFDocument } from 'pdf-lib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevice } from '../src/device';
import { heldFiles } from './held-files';
import { problem, TinyVault } from './tiny-vault';

const password = 'a password of this account';
const clock = fakeClock(Date.UTC(2026, 10, 23, 10));
const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

let vault: TinyVault;
let device: DeviceClient;
let service: DeviceService;
/** What each check came to, as the vault was told. */
let told: string[];

beforeAll(async () => {
  vault = await TinyVault.create(password, [], clock);
});
beforeEach(() => {
  vault.remaining = 10;
  told = [];
  vault.interference = hearChecks;
  const channel = new MessageChannel();
  const options = { baseUrl: 'http://localhost:4300', fetch: vault.fetch, retry: { tries: 1 }, clock };
  service = serveDevice(
    channel.port2,
    createDevice({
      ...{ client: createVaultClient(options), clock, rpId: 'localhost', files: heldFiles },
      ...{ deployment: async () => vault.deployment, onCsrfToken: () => undefined, onLocked: () => undefined },
    }),
  );
  device = connectDevice(channel.port1);
});
afterEach(() => {
  device.close();
  service.close();
});

/** What the owner signed, and nothing else. */
async function hearChecks(request: Request): Promise<Response | undefined> {
  if (!request.url.endsWith('/v1/key-checks')) return undefined;
  const { body } = verifyVaultStatement(signedStatementFromJson(await request.json()), {
    ...{ purpose: 'key-check', vaultId: fromBase64Url(vault.vaultId), account: vault.accountId, generation: 1 },
    ...{ ownerPublicKey: deriveOwnerKey(vault.backupKey).publicKey, nowMs: clock.nowMs() },
  });
  told.push(`${body.kind} ${body.outcome}`);
  const failures = told.filter((outcome) => outcome.endsWith('failed')).length;
  return json({ nextCheckAt: '2026-12-01T00:00:00.000Z', failures, shouldOfferKeyslot: failures > 2 });
}

describe('the set-up of a backup key', () => {
  it('makes no other key beside one that is there, or beside backups of one', async () => {
    await expect(device.call('beginSetup', {})).rejects.toMatchObject({ code: 'key-exists' });
    vault.interference = async (request) => (request.url.endsWith('/v1/account') ? unowned(request) : undefined);
    await expect(device.call('beginSetup', {})).rejects.toMatchObject({ code: 'key-exists' });
  });

  it('shows digits that are the key, and a kit of one page that holds them', async () => {
    vault.interference = unowned;
    const begun = await device.call('beginSetup', {});
    expect(toHex(deriveKeyId(parseKitRows(rowsOf(begun))))).toBe(begun.keyIdHex);
    const { content } = await device.call('makeKit', {});
    const bytes = new Uint8Array(await content.arrayBuffer());
    expect((await PDFDocument.load(bytes)).getPageCount()).toBe(1);
    const text = new TextDecoder('latin1').decode(bytes);
    for (const { groups, check } of begun.rows) {
      expect(text).toContain(`(${groups.join(' ')})`);
      expect(text).toContain(`(${check})`);
    }
    expect(text).toContain(`(${begun.keyIdHex.match(/.{4}/g)!.join('-')})`);
    expect(text).toContain(vault.deployment.portalUrl);
  });

  it('tells the vault only when the digits were typed back, signed by the key that they are', async () => {
    const claimed: string[] = [];
    vault.interference = (request) => unowned(request, claimed);
    const { keyIdHex, rows } = await device.call('beginSetup', {});
    const sentBefore = vault.requests.length;
    await expect(device.call('activateDigits', { digits: vault.digits })).rejects.toMatchObject({ code: 'wrong-key' });
    expect(vault.requests.slice(sentBefore).filter((request) => request.startsWith('POST'))).toEqual([]);
    const digits = rows
      .flatMap(({ groups }) => groups)
      .join(' ')
      .toUpperCase();
    // The repository is the real vault's part.
    expect(await device.call('activateDigits', { digits })).toEqual({ keyIdHex, isRepositoryMade: false });
    expect(claimed).toEqual([keyIdHex]);
  });

  it('goes on with what was recorded after a sign-in, and with nothing else', async () => {
    const claimed: string[] = [];
    vault.interference = (request) => unowned(request, claimed);
    const { keyIdHex, rows } = await device.call('beginSetup', {});
    const digits = rows.flatMap(({ groups }) => groups).join('');
    await device.call('endSetup', {});
    await expect(device.call('activateDigits', { digits })).rejects.toMatchObject({ code: 'protocol' });
    const other = device.call('resumeSetup', { digits: vault.digits, keyIdHex });
    await expect(other).rejects.toMatchObject({ code: 'wrong-key' });
    await device.call('resumeSetup', { digits, keyIdHex });
    await device.call('activateDigits', { digits });
    expect(claimed).toEqual([keyIdHex]);
  });

  it('refuses a password that could be guessed before anything is sent', async () => {
    vault.interference = unowned;
    await device.call('beginSetup', {});
    const sentBefore = vault.requests.length;
    const weak = device.call('activatePassword', { password: '12345678' });
    await expect(weak).rejects.toMatchObject({ code: 'weak-password' });
    expect(vault.requests.slice(sentBefore).filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  function rowsOf({ rows }: BegunSetup): string[] {
    return rows.map(({ groups, check }) => `${groups.join(' ')} ${check}`);
  }

  /** An account that nobody owns; `claimed` is given the key id of a claim whose statement holds. */
  async function unowned(request: Request, claimed: string[] = []): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    if (pathname === '/v1/account') {
      const { interference } = vault;
      vault.interference = undefined;
      const account = (await (await vault.handle(request)).json()) as object;
      vault.interference = interference;
      return json({ ...account, ownerGeneration: 0, keyId: null, ownerPublicKey: null });
    }
    if (pathname === '/v1/repositories')
      return request.method === 'GET' ? json({ repositories: [] }) : problem('not-found');
    if (pathname !== '/v1/keyslots/digits') return undefined;
    const { body } = verifyVaultStatement(signedStatementFromJson(await request.json()), {
      ...{
        purpose: 'activate-digits',
        vaultId: fromBase64Url(vault.vaultId),
        account: vault.accountId,
        generation: 1,
      },
      ...{ ownerPublicKey: 'carried', nowMs: clock.nowMs() },
    });
    claimed.push(toHex(body.keyId));
    const keyslot = { keyslotId: '018f0000-0000-7000-8000-000000000001', kind: 'digits', keyId: toHex(body.keyId) };
    return json({ ...keyslot, serial: 0, state: 'active', provenAt: '2026-11-23T10:00:00.000Z' }, 201);
  }
});

describe('the question whether the secret is still known', () => {
  const unlock = () => device.call('unlockWithDigits', { repositoryId: vault.repositoryId, digits: vault.digits });

  it('compares two groups with the key of the open backup, and forgives one typing error', async () => {
    await expect(device.call('askGroups', {})).rejects.toMatchObject({ code: 'locked' });
    await unlock();
    const { groups } = await device.call('askGroups', {});
    expect(new Set(groups).size).toBe(2);
    const all = vault.digits.split(' ');
    const right = groups.map((group) => ` ${all[group - 1]!.toUpperCase()}`);
    const wrong = groups.map((group) => (all[group - 1] === '0000' ? '1111' : '0000'));
    expect(await device.call('checkSecret', { by: 'groups', typed: wrong })).toMatchObject({ isRight: false });
    expect(told).toEqual([]);
    const again = await device.call('checkSecret', { by: 'groups', typed: [right[0]!, wrong[1]!] });
    expect(again).toMatchObject({ isRight: false, failures: 1 });
    const last = await device.call('checkSecret', { by: 'groups', typed: right });
    expect(last).toMatchObject({ isRight: true, nextCheckAt: '2026-12-01T00:00:00.000Z' });
    expect(told).toEqual(['digits failed', 'digits passed']);
  });

  it('compares whole digits with the account’s key, and has that key sign that they are right', async () => {
    const other = parseDigits(vault.digits).map((byte) => byte ^ 1);
    expect(await device.call('checkSecret', { by: 'digits', digits: toHex(other) })).toMatchObject({
      isRight: false,
      nextCheckAt: null,
    });
    expect(await device.call('checkSecret', { by: 'digits', digits: vault.digits })).toMatchObject({ isRight: true });
    expect(told).toEqual(['digits passed']);
    const short = device.call('checkSecret', { by: 'digits', digits: '12' });
    await expect(short).rejects.toMatchObject({ code: 'malformed-key' });
  });

  it('tries a password by a real recovery, tells a failure where a key can sign it, and spends none of the last five', async () => {
    await unlock();
    expect(await device.call('checkSecret', { by: 'password', password })).toMatchObject({ isRight: true });
    expect(await device.call('checkSecret', { by: 'password', password: 'another' })).toMatchObject({ isRight: false });
    expect(told).toEqual(['password passed', 'password failed']);
    vault.remaining = 5;
    const refused = device.call('checkSecret', { by: 'password', password });
    await expect(refused).rejects.toMatchObject({ code: 'too-few-guesses' });
    expect(vault.remaining).toBe(5);
  });
});
