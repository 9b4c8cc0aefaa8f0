import type { Account, Keyslot } from '@coffer/contracts';
import {
  createOpaqueRegistrationResponse,
  createOpaqueServerSetup,
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  defaultArgon2Parameters,
  finishOpaqueLogin,
  opaqueIdentities,
  opaqueServerPublicKey,
  sha256,
  startOpaqueLogin,
  type Argon2Parameters,
  type OpaqueLoginState,
  type OpaqueServerSetup,
  type RegistrationRecord,
} from '@coffer/crypto';
import { deriveKeyId, deriveOwnerKey, generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { signedStatementFromJson, verifyVaultStatement, type VaultPurpose } from '@coffer/evidence';
import { fromBase64Url, newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import { VaultClientError, type VaultClient } from '@coffer/vault-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { activateDigits, openDeviceAccount, recoverByPassword, registerPassword, type DeviceAccount } from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const vaultId = toBase64Url(vaultIdBytes);
const password = 'allotment bicycle photograph';

/** A registered password as the vault keeps it. */
interface Kept {
  readonly record: RegistrationRecord;
  readonly sealedBackupKey: Uint8Array;
  readonly keyId: Uint8Array;
  readonly serial: number;
  readonly salt: Uint8Array;
}

/** The vault's half of registration and recovery: real OPAQUE, real statements, one account, no limits. */
class PasswordVault {
  readonly accountId = newUuid();
  generation = 0;
  owner: { readonly publicKey: Uint8Array; readonly keyId: Uint8Array } | undefined;
  active: Kept | undefined;
  keyslots: Keyslot[] = [];
  guesses = 0;
  /** What it asks devices to do; a hostile one asks for more or less. */
  ksf: Argon2Parameters = defaultArgon2Parameters;
  #pending: Kept | undefined;
  #login: OpaqueLoginState | undefined;
  #serial = 0;

  private constructor(
    readonly setup: OpaqueServerSetup,
    readonly subject: string,
  ) {}

  static async create(setup?: OpaqueServerSetup, subject = 'sam'): Promise<PasswordVault> {
    return new PasswordVault(setup ?? (await createOpaqueServerSetup()), subject);
  }

  get account(): Account {
    return {
      accountId: this.accountId,
      issuer: 'https://login.example',
      subject: this.subject,
      vaultId,
      ownerGeneration: this.generation,
      keyId: this.owner === undefined ? null : toHex(this.owner.keyId),
      ownerPublicKey: this.owner === undefined ? null : toBase64Url(this.owner.publicKey),
      createdAt: toRfc3339(0),
    };
  }

  /** Held against what the vault knows: purpose, generation, serials and the owner key. */
  verify<P extends VaultPurpose>(purpose: P, signed: unknown, serial = 0, previousSerial = 0) {
    const statement = signedStatementFromJson(signed);
    const expected = {
      purpose,
      vaultId: vaultIdBytes,
      account: this.accountId,
      generation: Math.max(1, this.generation),
      ownerPublicKey: this.owner?.publicKey ?? ('carried' as const),
      nowMs: clock.nowMs(),
      serial,
      previousSerial,
    };
    return verifyVaultStatement(statement, expected as Parameters<typeof verifyVaultStatement<P>>[1]).body;
  }

  bind(publicKey: Uint8Array, keyId: Uint8Array): void {
    this.owner ??= { publicKey, keyId };
    this.generation = 1;
  }

  identities(serial: number) {
    const account = { issuer: 'https://login.example', subject: this.subject, serial, ksf: defaultArgon2Parameters };
    return opaqueIdentities(account, vaultId);
  }

  async evaluate(kept: Kept, ke1: string): Promise<string> {
    const { salt, record, serial } = kept;
    const asked = { setup: this.setup, salt, record, ke1: decodeKe1(fromBase64Url(ke1)) };
    const { state, ke2 } = await startOpaqueLogin({ ...asked, identities: this.identities(serial) });
    this.#login = state;
    return toBase64Url(ke2);
  }

  async finish(ke3: string): Promise<boolean> {
    return (await finishOpaqueLogin(this.#login!, decodeKe3(fromBase64Url(ke3)))).outcome === 'ok';
  }

  get client(): VaultClient {
    const ksf = { algorithm: 'argon2id', ...this.ksf } as const;
    const expiresAt = toRfc3339(clock.nowMs() + 300_000);
    const routes = {
      getAccount: async () => this.account,
      createChallenge: async () => ({ challenge: toBase64Url(seed('challenge')), expiresAt }),
      listKeyslots: async () => ({ keyslots: this.keyslots }),
      activateDigits: async ({ body }: { body: unknown }) => {
        const { ownerPublicKey, keyId } = this.verify('activate-digits', body);
        this.bind(ownerPublicKey, keyId);
        return {
          keyslotId: newUuid(),
          kind: 'digits',
          keyId: toHex(keyId),
          serial: 0,
          state: 'active',
          provenAt: null,
        };
      },
      openRegistration: async ({ body }: { body: Record<string, unknown> }) => {
        const isBare = 'registrationRequest' in body;
        const bare = isBare ? fromBase64Url(String(body['registrationRequest'])) : undefined;
        const request = bare ?? this.verify('register-password', body, 0, this.active?.serial ?? 0).registrationRequest;
        this.#serial += 100;
        const salt = seed(`salt ${this.#serial}`);
        const response = await createOpaqueRegistrationResponse({
          setup: this.setup,
          salt,
          request: decodeRegistrationRequest(request),
        });
        this.#pending = { salt, serial: this.#serial } as Kept;
        const registrationId = newUuid();
        return {
          registrationId,
          serial: this.#serial,
          registrationResponse: toBase64Url(response),
          ksf,
          vaultId,
          expiresAt,
        };
      },
      putRecord: async ({ body }: { body: unknown }) => {
        const previous = this.active?.serial ?? 0;
        const { record, sealedBackupKey, keyId, ownerPublicKey } = this.verify(
          'password-record',
          body,
          this.#serial,
          previous,
        );
        this.#pending = { ...this.#pending!, record: decodeRegistrationRecord(record), sealedBackupKey, keyId };
        this.owner ??= { publicKey: ownerPublicKey, keyId };
        return { state: 'pending', expiresAt };
      },
      startConfirmation: async ({ body }: { body: { loginId: string; ke1: string; confirm: unknown } }) => {
        const { ke1Hash } = this.verify('password-confirm', body.confirm, this.#serial);
        expect(ke1Hash).toEqual(sha256(fromBase64Url(body.ke1)));
        return { loginId: body.loginId, ke2: await this.evaluate(this.#pending!, body.ke1) };
      },
      activateRegistration: async ({ body }: { body: { ke3: string } }) => {
        if (!(await this.finish(body.ke3))) throw new VaultClientError('wrong-guess', 'wrong');
        this.active = this.#pending;
        this.generation = 1;
        return { kind: 'password', serial: this.#serial, state: 'active', attemptsRemaining: 10 };
      },
      startLogin: async ({ body }: { body: { loginId: string; ke1: string } }) => {
        this.guesses++;
        const { serial } = this.active!;
        const ke2 = await this.evaluate(this.active!, body.ke1);
        return { loginId: body.loginId, ke2, serial, ksf, attemptsRemaining: 9, nextAttemptAt: null, expiresAt };
      },
      finishLogin: async ({ body }: { body: { ke3: string } }) => {
        if (!(await this.finish(body.ke3))) throw new VaultClientError('wrong-guess', 'wrong');
        const { sealedBackupKey, serial, keyId } = this.active!;
        const sealed = toBase64Url(sealedBackupKey);
        return { sealedBackupKey: sealed, serial, keyId: toHex(keyId), ksf, attemptsRemaining: 10 };
      },
    };
    return routes as unknown as VaultClient;
  }
}

let vault: PasswordVault;
let backupKey: BackupKey;
beforeEach(async () => {
  vault = await PasswordVault.create();
  backupKey = generateBackupKey();
});

async function account(of = vault): Promise<DeviceAccount> {
  const opaqueServerPublicKeyText = toBase64Url(await opaqueServerPublicKey(of.setup));
  return openDeviceAccount(of.client, { vaultId, opaqueServerPublicKey: opaqueServerPublicKeyText }, clock);
}

describe('registerPassword', () => {
  it('claims an account that nobody owns, and the password brings the key back', async () => {
    await expect(registerPassword(await account(), backupKey, password)).resolves.toMatchObject({ state: 'active' });
    const left: number[] = [];
    const recovered = await recoverByPassword(await account(), password, ({ attemptsRemaining }) =>
      left.push(attemptsRemaining),
    );
    expect(recovered).toEqual({ backupKey, attemptsRemaining: 10 });
    expect(left).toEqual([9]);
  });

  it('is owner-signed on an account that has an owner, and takes the place of the former record', async () => {
    await activateDigits(await account(), backupKey);
    await registerPassword(await account(), backupKey, 'the former password');
    const serial = vault.active!.serial;
    vault.keyslots = [
      {
        keyslotId: newUuid(),
        kind: 'password',
        keyId: toHex(deriveKeyId(backupKey)),
        serial,
        state: 'active',
        provenAt: null,
      },
    ];
    await registerPassword(await account(), backupKey, password);
    expect((await recoverByPassword(await account(), password)).backupKey).toEqual(backupKey);
  });

  it('refuses a key that is not the owner’s before anything is sent', async () => {
    await activateDigits(await account(), backupKey);
    const other = registerPassword(await account(), generateBackupKey(), password);
    await expect(other).rejects.toMatchObject({ code: 'wrong-key' });
  });
});

describe('recoverByPassword', () => {
  beforeEach(async () => {
    await registerPassword(await account(), backupKey, password);
  });

  it('says wrong-password after one guess, and gives no key', async () => {
    const wrong = recoverByPassword(await account(), 'another password');
    await expect(wrong).rejects.toMatchObject({ code: 'wrong-password' });
    expect(vault.guesses).toBe(1);
  });

  it('B05: stops hard when the vault’s key is not the pinned one', async () => {
    const other = toBase64Url(await opaqueServerPublicKey(await createOpaqueServerSetup()));
    const deceived = await openDeviceAccount(vault.client, { vaultId, opaqueServerPublicKey: other }, clock);
    await expect(recoverByPassword(deceived, password)).rejects.toMatchObject({ code: 'server-key-mismatch' });
  });

  it('believes no key that is not the account’s own, whatever key the vault says the owner has (B06)', async () => {
    const stranger = generateBackupKey();
    vault.owner = { publicKey: deriveOwnerKey(stranger).publicKey, keyId: deriveKeyId(stranger) };
    await expect(recoverByPassword(await account(), password)).rejects.toMatchObject({ code: 'wrong-key' });
  });

  it('opens nothing that was sealed for another serial', async () => {
    vault.active = { ...vault.active!, serial: vault.active!.serial + 1 };
    await expect(recoverByPassword(await account(), password)).rejects.toMatchObject({ code: 'wrong-password' });
  });

  it.each([
    ['one pass over 8 KiB (B01)', { memoryKiB: 8, iterations: 1, parallelism: 1 }],
    ['half the memory (B01)', { ...defaultArgon2Parameters, memoryKiB: 32_768 }],
    ['4 GiB (B02)', { ...defaultArgon2Parameters, memoryKiB: 4_194_304 }],
    ['a million passes (B02)', { ...defaultArgon2Parameters, iterations: 1_000_000 }],
  ])('refuses a vault that asks for %s before anything is derived, and so does registration', async (_what, asked) => {
    vault.ksf = asked;
    const started = performance.now();
    const refused = expect.objectContaining({ code: 'parameters-out-of-range' }) as Error;
    await expect(recoverByPassword(await account(), password)).rejects.toEqual(refused);
    const fresh = await PasswordVault.create();
    fresh.ksf = asked;
    await expect(registerPassword(await account(fresh), backupKey, password)).rejects.toEqual(refused);
    // The smallest of what is allowed takes longer than both refusals, the larger two would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('refuses other work than the record was made with, although it is within the range (B01)', async () => {
    vault.ksf = { ...defaultArgon2Parameters, iterations: 4 };
    await expect(recoverByPassword(await account(), password)).rejects.toMatchObject({ code: 'wrong-password' });
  });

  it('opens neither the record nor the sealed key of another account (B03)', async () => {
    const own = vault.active!;
    const eve = await PasswordVault.create(vault.setup, 'eve');
    await registerPassword(await account(eve), generateBackupKey(), password);
    vault.active = { ...eve.active!, serial: own.serial };
    await expect(recoverByPassword(await account(), password)).rejects.toMatchObject({ code: 'wrong-password' });
    vault.active = { ...own, sealedBackupKey: eve.active!.sealedBackupKey };
    await expect(recoverByPassword(await account(), password)).rejects.toMatchObject({ code: 'damaged' });
  });
});
