import type { Account } from '@coffer/contracts';
import { decodeKeyslot, passkeyParameters } from '@coffer/backup-format';
import { hmacSha256 } from '@coffer/crypto';
import {
  deriveKeyId,
  deriveOwnerKey,
  generateBackupKey,
  openForPasskey,
  passkeyPrfInput,
  requirePrfOutput,
  type PrfOutput,
} from '@coffer/device-crypto';
import {
  hashHead,
  signedStatementFromJson,
  signedStatementToJson,
  signRepositoryStatement,
  verifyVaultStatement,
  type Head,
  type PasskeyWrap,
  type VaultPurpose,
} from '@coffer/evidence';
import { newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import { VaultClientError, type VaultClient } from '@coffer/vault-client';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  activatePasskey,
  listPasskeys,
  openDeviceAccount,
  passkeyCopyPath,
  recoverByPasskey,
  removeKeyslot,
  resealPasskey,
  sealPasskey,
  type DeviceAccount,
} from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const pinned = { vaultId: toBase64Url(vaultIdBytes), opaqueServerPublicKey: toBase64Url(seed('opaque')) };
const backupKey = generateBackupKey();
const owner = deriveOwnerKey(backupKey);
const keyId = deriveKeyId(backupKey);
const rpId = 'portal.example';
const headless = seed('repository without a head', 16);
const withHead = seed('repository with a head', 16);

const head: Head = {
  ...{ v: 1, repositoryId: withHead, keyId, keyringVersion: 1, epoch: 1, generation: 1, previous: null },
  ...{ pruneGeneration: 4, snapshotId: toHex(seed('snapshot', 16)), snapshotSha256: seed('sealed') },
};

/** An authenticator's PRF: a secret per credential (WebAuthn level 3, section 10.1.4). Each answer is a new array. */
function evaluate(credential: string, prfSalt: Uint8Array): PrfOutput {
  return requirePrfOutput(hmacSha256(seed(credential), passkeyPrfInput(prfSalt)));
}

/** The vault's half: statements held against the owner key, wraps, objects and deletions of two repositories. */
class PasskeyVault {
  readonly accountId = newUuid();
  readonly keyslotId = newUuid();
  readonly objects = new Map<string, Uint8Array>();
  readonly deleted: unknown[] = [];
  passkeys: unknown[] = [];
  removed: string[] = [];
  isStoreDown = false;

  verify<P extends VaultPurpose>(purpose: P, signed: unknown) {
    return verifyVaultStatement(signedStatementFromJson(signed), {
      ...{ purpose, vaultId: vaultIdBytes, account: this.accountId, generation: 3 },
      ...{ ownerPublicKey: owner.publicKey, nowMs: clock.nowMs() },
    }).body;
  }

  get client(): VaultClient {
    const expiresAt = toRfc3339(clock.nowMs() + 300_000);
    const account: Account = {
      ...{ accountId: this.accountId, issuer: 'https://login.example', subject: 'sam', vaultId: pinned.vaultId },
      ...{ ownerGeneration: 3, keyId: toHex(keyId), ownerPublicKey: toBase64Url(owner.publicKey) },
      createdAt: toRfc3339(0),
    };
    const repository = (id: Uint8Array, of = keyId) => ({ repositoryId: toBase64Url(id), keyId: toHex(of) });
    const routes = {
      getAccount: async () => account,
      createChallenge: async () => ({ challenge: toBase64Url(seed('challenge')), expiresAt }),
      listPasskeys: async () => ({ passkeys: this.passkeys }),
      activatePasskey: async ({ body }: { body: unknown }) => {
        const wrap = this.verify('activate-passkey', body);
        expect(wrap.keyId).toEqual(new Uint8Array(keyId));
        this.keep(wrap);
        return { keyslotId: this.keyslotId, kind: 'passkey', keyId: toHex(keyId), state: 'active' };
      },
      listRepositories: async () => ({
        repositories: [headless, withHead]
          .map((id) => repository(id))
          .concat(repository(seed('other', 16), seed('k', 8) as typeof keyId)),
      }),
      createGrant: async () => ({ grant: 'grant', kind: 'gateway', permission: 'create', expiresAt }),
      putObject: async ({ params, body }: { params: { repositoryId: string; path: string }; body: Uint8Array }) => {
        if (this.isStoreDown) throw new VaultClientError('store-unreachable', 'down');
        this.objects.set(`${params.repositoryId}/${params.path}`, body);
      },
      getHead: async ({ params }: { params: { repositoryId: string } }) => {
        const signed = signRepositoryStatement(owner.seed, { purpose: 'head', repositoryId: withHead, keyId }, head);
        const isThere = params.repositoryId === toBase64Url(withHead);
        return { data: { head: isThere ? signedStatementToJson(signed) : null }, headers: {} };
      },
      deleteObjects: async ({ body }: { body: unknown }) => {
        const deletion = this.verify('delete-objects', body);
        expect(this.removed).toEqual([]);
        this.deleted.push(deletion);
        return { deleted: 1 };
      },
      removeKeyslot: async ({ params, statement }: { params: { keyslotId: string }; statement: unknown }) => {
        expect(this.verify('remove-keyslot', statement)).toEqual(params);
        this.removed.push(params.keyslotId);
      },
    };
    return routes as unknown as VaultClient;
  }

  /** As the vault lists it. */
  keep({ rpId: of, credentialId, prfSalt, sealedBackupKey }: PasskeyWrap): void {
    this.passkeys.push({
      ...{ keyslotId: this.keyslotId, keyId: toHex(keyId), rpId: of, credentialId: toBase64Url(credentialId) },
      ...{ prfSalt: toBase64Url(prfSalt), sealedBackupKey: toBase64Url(sealedBackupKey) },
    });
  }
}

const place = { rpId, credentialId: seed('credential', 20), prfSalt: seed('prf salt') };
let vault: PasskeyVault;
let account: DeviceAccount;
beforeEach(async () => {
  vault = new PasskeyVault();
  account = await openDeviceAccount(vault.client, pinned, clock);
});

const seal = () => sealPasskey(account, backupKey, place, evaluate('mine', place.prfSalt));
const add = () => activatePasskey(account, backupKey, seal(), evaluate('mine', place.prfSalt));

describe('sealPasskey', () => {
  it('overwrites what the passkey gave, and refuses a key that is not the account’s', () => {
    const output = evaluate('mine', place.prfSalt);
    expect(sealPasskey(account, backupKey, place, output)).toMatchObject(place);
    expect(output).toEqual(new Uint8Array(32));
    const other = evaluate('mine', place.prfSalt);
    expect(() => sealPasskey(account, generateBackupKey(), place, other)).toThrow(
      expect.objectContaining({ code: 'wrong-key' }) as Error,
    );
    expect(other).toEqual(new Uint8Array(32));
  });
});

describe('activatePasskey', () => {
  it('sends what a second evaluation opened, and copies the wrap to each repository of the key', async () => {
    const { keyslot, missingCopies } = await add();
    expect([keyslot.kind, missingCopies]).toEqual(['passkey', 0]);
    const [wrap] = await listPasskeys(account, rpId);
    const path = passkeyCopyPath(wrap!);
    expect([...vault.objects.keys()]).toEqual([headless, withHead].map((id) => `${toBase64Url(id)}/${path}`));
    for (const bytes of vault.objects.values()) {
      const copy = decodeKeyslot(bytes);
      const { sealedBackupKey, ...of } = passkeyParameters(copy)!;
      expect([copy.kind, copy.keyId, of]).toEqual(['passkey', new Uint8Array(keyId), place]);
      // What the copy needs besides: the passkey, and the account at the identity provider.
      const bound = { account: { issuer: 'https://login.example', subject: 'sam' }, keyId, ...of };
      expect(openForPasskey(evaluate('mine', of.prfSalt), bound, sealedBackupKey)).toEqual(backupKey);
    }
  });

  it('sends nothing where the second evaluation gives something else', async () => {
    const again = evaluate('another', place.prfSalt);
    await expect(activatePasskey(account, backupKey, seal(), again)).rejects.toMatchObject({ code: 'wrong-passkey' });
    expect([vault.passkeys, again]).toEqual([[], new Uint8Array(32)]);
  });

  it('says how many repositories could not take a copy; the keyslot is there', async () => {
    vault.isStoreDown = true;
    expect((await add()).missingCopies).toBe(2);
    expect(vault.passkeys).toHaveLength(1);
  });
});

describe('resealPasskey', () => {
  const next = generateBackupKey();
  const reseal = (of: PasskeyWrap, output = evaluate('mine', place.prfSalt)) =>
    resealPasskey(account, { current: backupKey, next }, of, output);

  it('seals the next key for a passkey that opened the current one, and overwrites what it gave', () => {
    const output = evaluate('mine', place.prfSalt);
    const { sealedBackupKey, ...of } = reseal(seal(), output);
    expect([of, output]).toEqual([place, new Uint8Array(32)]);
    const bound = { account: { issuer: 'https://login.example', subject: 'sam' }, keyId: deriveKeyId(next), ...place };
    expect(openForPasskey(evaluate('mine', place.prfSalt), bound, sealedBackupKey)).toEqual(next);
  });

  it('takes nothing along that does not open the current key', () => {
    const output = evaluate('another', place.prfSalt);
    expect(() => reseal(seal(), output)).toThrow(expect.objectContaining({ code: 'wrong-passkey' }) as Error);
    expect(output).toEqual(new Uint8Array(32));
  });
});

describe('recoverByPasskey', () => {
  beforeEach(add);

  it('gives the backup key back, and overwrites what the passkey gave', async () => {
    const output = evaluate('mine', place.prfSalt);
    expect(recoverByPasskey(account, await listPasskeys(account, rpId), place.credentialId, output)).toEqual(backupKey);
    expect(output).toEqual(new Uint8Array(32));
  });

  it('says no-keyslot for a passkey that is not listed, or was made at another address', async () => {
    for (const [of, id] of [[rpId, seed('other', 20)] as const, ['other.example', place.credentialId] as const]) {
      const output = evaluate('mine', place.prfSalt);
      const wraps = await listPasskeys(account, of);
      expect(() => recoverByPasskey(account, wraps, id, output)).toThrow(
        expect.objectContaining({ code: 'no-keyslot' }) as Error,
      );
      expect(output).toEqual(new Uint8Array(32));
    }
  });

  it.each<[string, Record<string, string>]>([
    ['another salt', { prfSalt: toBase64Url(seed('another')) }],
    ['another wrap', { sealedBackupKey: toBase64Url(seed('another', 72)) }],
  ])('B03: is not deceived by a vault that lists %s', async (_name, change) => {
    vault.passkeys = vault.passkeys.map((passkey) => ({ ...(passkey as object), ...change }));
    const output = evaluate('mine', place.prfSalt);
    const wraps = await listPasskeys(account, rpId);
    expect(() => recoverByPasskey(account, wraps, place.credentialId, output)).toThrow(
      expect.objectContaining({ code: 'wrong-passkey' }) as Error,
    );
  });

  it('refuses what opens and is not the account’s key', async () => {
    const other = generateBackupKey();
    const stranger = { ...account, keyId: deriveKeyId(other), ownerPublicKey: deriveOwnerKey(other).publicKey };
    vault.passkeys = [];
    vault.keep(sealPasskey(stranger, other, place, evaluate('mine', place.prfSalt)));
    const output = evaluate('mine', place.prfSalt);
    // The vault says that the key id is another one: the wrap opens, and the owner key gives it away.
    const deceived = { ...account, keyId: deriveKeyId(other) };
    const wraps = await listPasskeys(deceived, rpId);
    expect(() => recoverByPasskey(deceived, wraps, place.credentialId, output)).toThrow(
      expect.objectContaining({ code: 'wrong-key' }) as Error,
    );
  });
});

describe('removeKeyslot', () => {
  it('deletes the copies before the keyslot, where there is a head to be deleted under', async () => {
    await add();
    const [wrap] = await listPasskeys(account, rpId);
    await removeKeyslot(account, backupKey, vault.keyslotId);
    expect(vault.deleted).toEqual([
      { repositoryId: withHead, headHash: hashHead(head), pruneGeneration: 4, paths: [passkeyCopyPath(wrap!)] },
    ]);
    expect(vault.removed).toEqual([vault.keyslotId]);
  });

  it('deletes nothing where the keyslot is no passkey', async () => {
    await add();
    const digits = newUuid();
    await removeKeyslot(account, backupKey, digits);
    expect([vault.deleted, vault.removed]).toEqual([[], [digits]]);
  });
});
