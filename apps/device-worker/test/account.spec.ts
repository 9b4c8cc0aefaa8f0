import type { NewStart } from '@coffer/contracts';
import { deriveOwnerKey } from '@coffer/device-crypto';
import { connectDevice, serveDevice, type DeviceClient, type DeviceService } from '@coffer/device-protocol';
import { LedgerEventKind, signedStatementFromJson, verifyVaultStatement } from '@coffer/evidence';
import { fromBase64Url, newUuid } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import { createVaultClient } from '@coffer/vault-client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevice } from '../src/device';
import { heldFiles } from './held-files';
import { problem, TinyVault } from './tiny-vault';

describe('the account of the device over a vault', () => {
  const clock = fakeClock(Date.UTC(2026, 10, 23, 10));
  let vault: TinyVault;
  let seen: string | null;
  let device: DeviceClient;
  let service: DeviceService;
  let locked: string[];

  beforeAll(async () => {
    vault = await TinyVault.create('a password of this account', [], clock);
  });
  beforeEach(() => {
    vault.remaining = 10;
    vault.interference = undefined;
    vault.ledger.signingSeed = seed('ledger key');
    vault.ledger.clear();
    record(LedgerEventKind.accountOpened, 0);
    record(LedgerEventKind.keyslotProven, 41, { kind: 'password' });
    seen = null;
    locked = [];
    const channel = new MessageChannel();
    const options = { baseUrl: 'http://localhost:4300', fetch: vault.fetch, retry: { tries: 1 }, clock };
    service = serveDevice(
      channel.port2,
      createDevice({
        ...{ client: createVaultClient(options), clock, rpId: 'localhost', files: heldFiles },
        ...{ deployment: async () => vault.deployment, onCsrfToken: () => undefined },
        onLocked: (reason) => service.announceLocked(reason),
      }),
    );
    device = connectDevice(channel.port1);
    device.onLocked(({ reason }) => locked.push(reason));
  });
  afterEach(() => {
    device.close();
    service.close();
  });

  function record(kind: LedgerEventKind, serial: number, details: Record<string, string> = {}): void {
    vault.ledger.record(kind, { atMs: clock.nowMs(), remaining: vault.remaining, serial, details });
  }
  const unlock = () => device.call('unlockWithDigits', { repositoryId: vault.repositoryId, digits: vault.digits });
  /** As a page checks: it keeps what was seen, and gives it the next time. */
  const check = async () => {
    const checked = await device.call('checkLedger', { seen });
    ({ seen } = checked);
    return checked;
  };

  describe('readAccount', () => {
    it('gives key id, keyslots in use and guesses left', async () => {
      const { keyIdHex, keyslots, budget } = await device.call('readAccount', {});
      expect([keyIdHex, keyslots.map(({ kind }) => kind)]).toEqual([vault.keyIdHex, ['digits', 'password']]);
      expect(budget).toEqual({ attemptsRemaining: 10, nextAttemptAt: null });
    });
  });

  describe('checkLedger', () => {
    it('verifies every event, remembers what it saw, and next time only what is new', async () => {
      const first = await check();
      expect(first).toMatchObject({ treeSize: 4, newlyVerified: 2, remaining: 10, isFirst: true });
      expect(first.entries).toEqual([
        { number: 1, kind: 'account-opened', at: '2026-11-23T10:00:00.000Z', remaining: 10, keyslotKind: null },
        { number: 2, kind: 'keyslot-proven', at: '2026-11-23T10:00:00.000Z', remaining: 10, keyslotKind: 'password' },
      ]);
      record(LedgerEventKind.keyslotProven, 41, { kind: 'digits' });
      expect(await check()).toMatchObject({ treeSize: 6, newlyVerified: 1, isFirst: false });
    });

    it('tells a checkpoint of another key apart, and gives nothing to remember', async () => {
      vault.ledger.signingSeed = seed('another ledger key');
      await expect(check()).rejects.toMatchObject({ code: 'ledger-unsigned', fields: { reason: 'note-invalid' } });
      expect(seen).toBeNull();
    });

    it('notices a ledger that shows less than before, or another history', async () => {
      await check();
      vault.ledger.clear();
      record(LedgerEventKind.accountOpened, 0);
      await expect(check()).rejects.toMatchObject({ code: 'ledger-rolled-back' });
      record(LedgerEventKind.keyslotProven, 41, { kind: 'digits' });
      await expect(check()).rejects.toMatchObject({ code: 'ledger-forked' });
    });

    it('notices a changed event and a budget that is not the one of the events', async () => {
      vault.remaining = 9;
      await expect(check()).rejects.toMatchObject({ code: 'ledger-broken' });
      vault.remaining = 10;
      const [, event] = vault.ledger.events;
      event!.salt = seed('another salt');
      await expect(check()).rejects.toMatchObject({
        code: 'ledger-broken',
        fields: { reason: 'inclusion-invalid' },
      });
    });

    it('never takes a damaged memory for nothing seen', async () => {
      seen = '{';
      await expect(check()).rejects.toMatchObject({ code: 'ledger-memory-damaged' });
    });
  });

  describe('what needs a fresh sign-in', () => {
    it.each(['beginNewStart', 'askDeletion'] as const)('is told apart, and locks nothing, for %s', async (method) => {
      await unlock();
      vault.interference = ({ method: verb }) => (verb === 'POST' ? problem('fresh-login-required') : undefined);
      await expect(device.call(method, {})).rejects.toMatchObject({ code: 'sign-in-too-old' });
      vault.interference = undefined;
      await device.call('listSnapshots', {});
      expect(locked).toEqual([]);
    });
  });

  describe('cancelNewStart', () => {
    it('needs the open backup, and is signed by its key', async () => {
      const newStartId = newUuid();
      await expect(device.call('cancelNewStart', { newStartId })).rejects.toMatchObject({ code: 'locked' });
      await unlock();
      const signed: unknown[] = [];
      const at = '2026-11-23T10:00:00.000Z';
      const answer: NewStart = {
        ...{ newStartId, state: 'cancelled', begunAt: at, opensAt: at, closesAt: at, undoUntil: null },
        ...{ ownerGeneration: 1, keyId: vault.keyIdHex },
      };
      vault.interference = async (request) => {
        if (!request.url.endsWith('/cancel')) return undefined;
        signed.push(await request.json());
        return Response.json(answer);
      };
      expect(await device.call('cancelNewStart', { newStartId })).toEqual(answer);
      const { accountId } = await createVaultClient({ baseUrl: 'http://x', fetch: vault.fetch }).getAccount();
      const { body } = verifyVaultStatement(signedStatementFromJson(signed[0]), {
        ...{ purpose: 'cancel-new-start', vaultId: fromBase64Url(vault.vaultId), account: accountId, generation: 1 },
        ...{ ownerPublicKey: deriveOwnerKey(vault.backupKey).publicKey, nowMs: clock.nowMs() },
      });
      expect(body).toEqual({ newStartId });
    });
  });

  describe('finishNewStart', () => {
    it('takes no password that is easy to guess, and sends nothing for it', async () => {
      vault.requests.length = 0;
      const weak = device.call('finishNewStart', { newStartId: newUuid(), password: 'aaaaaaaaaaaa' });
      await expect(weak).rejects.toMatchObject({ code: 'weak-password' });
      expect(vault.requests).toEqual(['GET /v1/account']);
    });
  });

  describe('ratePassword', () => {
    it('says how a password would fare, and asks nobody', async () => {
      vault.requests.length = 0;
      expect(await device.call('ratePassword', { password: 'allotment bicycle photograph' })).toEqual({
        strength: 'good',
      });
      expect(vault.requests).toEqual([]);
    });
  });

  describe('messages', () => {
    it.each([
      ['already-exists', 'already-exists'],
      ['too-many-channels', 'too-many-channels'],
      ['not-offered', 'not-offered'],
      ['malformed', 'refused'],
    ] as const)('say so where the vault refuses an address with %s', async (answer, code) => {
      vault.interference = ({ url }) => (url.endsWith('/notice-channels') ? problem(answer) : undefined);
      await expect(device.call('addEmail', { address: 'sam@example.org' })).rejects.toMatchObject({ code });
    });
  });
});
