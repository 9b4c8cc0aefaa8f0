import { decodeKeyslot, objectPrefixes } from '@coffer/backup-format';
import { hmacSha256 } from '@coffer/crypto';
import { connectDevice, serveDevice, type DeviceClient, type DeviceService } from '@coffer/device-protocol';
import { toBase64Url, toHex } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import { createVaultClient } from '@coffer/vault-client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevice } from '../src/device';
import { heldFiles } from './held-files';
import { problem, TinyVault } from './tiny-vault';
import type { SampleChat } from './write-snapshot';

type Bytes = Uint8Array<ArrayBuffer>;

/** An authenticator's PRF: a secret per credential. Each answer is a new array, for the device overwrites it. */
const evaluate = (credentialId: Uint8Array, prfInput: Uint8Array): Bytes =>
  hmacSha256(seed(`authenticator ${toHex(credentialId)}`), prfInput).slice();

const chat: SampleChat = {
  conversation: { id: 'ada', kind: 'direct', title: 'Ada', participants: [{ id: 'ada' }] },
  messages: [{ id: 'm', senderId: 'ada', isFromSelf: false, timeMs: 1_700_000_000_000, kind: 'text', text: 'hello' }],
};

describe('passkeys of the device over a vault', () => {
  const clock = fakeClock(Date.UTC(2026, 10, 23, 10));
  const credentialId = seed('credential', 16).slice();
  let vault: TinyVault;
  let device: DeviceClient;
  let service: DeviceService;
  let rpId: string;
  let repositoryId: string;

  beforeAll(async () => {
    vault = await TinyVault.create('password', [[chat]], clock);
    ({ repositoryId } = vault);
  });
  beforeEach(async () => {
    rpId = 'localhost';
    vault.passkeys = [];
    for await (const copy of copies()) await vault.store.delete(copy);
    vault.interference = undefined;
    start();
  });
  afterEach(stop);

  function start(): void {
    const channel = new MessageChannel();
    const options = { baseUrl: 'http://localhost:4300', fetch: vault.fetch, retry: { tries: 1 }, clock };
    service = serveDevice(
      channel.port2,
      createDevice({
        ...{ client: createVaultClient(options), clock, rpId, deployment: async () => vault.deployment },
        ...{ files: heldFiles, onCsrfToken: () => undefined, onLocked: (reason) => service.announceLocked(reason) },
      }),
    );
    device = connectDevice(channel.port1);
  }
  function stop(): void {
    device.close();
    service.close();
  }

  /** The copies of wraps beside the backup, without the hint of the 64 digits. */
  async function* copies(): AsyncGenerator<string> {
    for await (const { key } of vault.store.list('')) {
      const isKeyslot = key.includes(objectPrefixes.keyslots);
      if (isKeyslot && decodeKeyslot(await vault.store.get(key)).kind === 'passkey') yield key;
    }
  }
  const unlock = () => device.call('unlockWithDigits', { repositoryId, digits: vault.digits });
  async function add(): Promise<number> {
    const { prfInput } = await device.call('beginPasskey', {});
    await device.call('sealPasskey', { credentialId, prfOutput: evaluate(credentialId, prfInput) });
    const confirmed = device.call('confirmPasskey', { prfOutput: evaluate(credentialId, prfInput) });
    return (await confirmed).missingCopies;
  }
  async function unlockByPasskey(change: (output: Bytes) => Bytes = (output) => output) {
    const { passkeys } = await device.call('listPasskeys', { repositoryId });
    const { credentialId: of, prfInput } = passkeys[0]!;
    const prfOutput = change(evaluate(of, prfInput));
    return device.call('unlockWithPasskey', { repositoryId, credentialId: of, prfOutput });
  }

  it('open the backup again after they were added to the open one, and no guess is spent', async () => {
    await unlock();
    const { known, userId } = await device.call('beginPasskey', {});
    expect([known, userId.length]).toEqual([[], 16]);
    expect(await add()).toBe(0);
    expect((await device.call('beginPasskey', {})).known).toEqual([credentialId]);
    expect(await Array.fromAsync(copies())).toHaveLength(1);
    await device.call('lock', {});
    vault.requests.length = 0;
    const opened = await unlockByPasskey();
    expect(opened).toEqual({ repositoryId, keyIdHex: vault.keyIdHex, budget: null });
    expect(vault.requests.filter((request) => request.includes('logins'))).toEqual([]);
    expect((await device.call('listSnapshots', {})).snapshots).toHaveLength(1);
  });

  it('are handed over: the page can read what they gave no more', async () => {
    await unlock();
    const { prfInput } = await device.call('beginPasskey', {});
    const prfOutput = evaluate(credentialId, prfInput);
    await device.call('sealPasskey', { credentialId, prfOutput }, { transfer: [prfOutput.buffer] });
    expect(prfOutput).toHaveLength(0);
  });

  it('are not added where the second evaluation gives something else, or where nothing was sealed', async () => {
    await unlock();
    const { prfInput } = await device.call('beginPasskey', {});
    const unsealed = device.call('confirmPasskey', { prfOutput: evaluate(credentialId, prfInput) });
    await expect(unsealed).rejects.toMatchObject({ code: 'protocol' });
    await device.call('sealPasskey', { credentialId, prfOutput: evaluate(credentialId, prfInput) });
    const wrong = device.call('confirmPasskey', { prfOutput: seed('another').slice() });
    await expect(wrong).rejects.toMatchObject({ code: 'wrong-passkey' });
    expect(vault.passkeys).toEqual([]);
  });

  it('are added to an open backup alone, and a lock ends what was begun', async () => {
    await expect(device.call('beginPasskey', {})).rejects.toMatchObject({ code: 'locked' });
    await unlock();
    const { prfInput } = await device.call('beginPasskey', {});
    await device.call('sealPasskey', { credentialId, prfOutput: evaluate(credentialId, prfInput) });
    await device.call('lock', {});
    const late = () => device.call('confirmPasskey', { prfOutput: evaluate(credentialId, prfInput) });
    await expect(late()).rejects.toMatchObject({ code: 'locked' });
    await unlock();
    await expect(late()).rejects.toMatchObject({ code: 'protocol' });
    expect(vault.passkeys).toEqual([]);
  });

  it('open the backup by the copy beside it where the vault has lost them, and not by a copy that was changed', async () => {
    await unlock();
    await add();
    await device.call('lock', {});
    const sealed = Buffer.from(vault.passkeys[0]!.sealedBackupKey, 'base64url');
    vault.passkeys = [];
    expect(await unlockByPasskey()).toEqual({ repositoryId, keyIdHex: vault.keyIdHex, budget: null });
    await device.call('lock', {});
    const [copy] = await Array.fromAsync(copies());
    const bytes = await vault.store.get(copy!);
    const replace = async (by: Uint8Array): Promise<void> => {
      await vault.store.delete(copy!);
      await vault.store.put(copy!, by);
    };
    const at = Buffer.from(bytes).indexOf(sealed);
    await replace(bytes.map((byte, index) => (index === at + 40 ? byte ^ 1 : byte)));
    await expect(unlockByPasskey()).rejects.toMatchObject({ code: 'wrong-passkey' });
    // One that cannot be read is passed over.
    await replace(bytes.slice(0, -1));
    await expect(unlockByPasskey()).rejects.toMatchObject({ code: 'no-passkey' });
    await vault.store.delete(copy!);
  });

  it('tell a wrong one from none of this address', async () => {
    await expect(unlockByPasskey()).rejects.toMatchObject({ code: 'no-passkey' });
    await unlock();
    await add();
    await device.call('lock', {});
    const flipped = (output: Bytes): Bytes => output.map((byte) => byte ^ 1);
    await expect(unlockByPasskey(flipped)).rejects.toMatchObject({ code: 'wrong-passkey' });
    stop();
    rpId = 'backup.example';
    start();
    await expect(unlockByPasskey()).rejects.toMatchObject({ code: 'no-passkey' });
    const given = { repositoryId, credentialId, prfOutput: seed('any').slice() };
    await expect(device.call('unlockWithPasskey', given)).rejects.toMatchObject({ code: 'no-passkey' });
  });

  it.each(['last-keyslot', 'too-many-keyslots'] as const)('say so where the vault refuses with %s', async (code) => {
    await unlock();
    vault.interference = (request) =>
      request.method === 'POST' && request.url.endsWith('/keyslots/passkeys') ? problem(code) : undefined;
    await expect(add()).rejects.toMatchObject({ code });
  });

  it('are listed under the key of the backup alone', async () => {
    await unlock();
    await add();
    const [passkey] = vault.passkeys;
    expect(passkey).toMatchObject({
      rpId: 'localhost',
      credentialId: toBase64Url(credentialId),
      keyId: vault.keyIdHex,
    });
    await expect(device.call('listPasskeys', { repositoryId: 'A'.repeat(22) })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
