import {
  createOpaqueServerSetup,
  createDummyOpaqueRecord,
  generateSigningSeed,
  hmacSha256,
  opaqueIdentities,
  openXChaCha,
  opaqueServerPublicKey,
  randomBytes,
  sealXChaCha,
  sha256,
  signingPublicKey,
  type SigningSeed,
} from '@coffer/crypto';
import {
  coSignVaultStatement,
  signVaultStatement,
  type CoSignedPurpose,
  type CoSignedStatement,
  type VaultBodies,
  type VaultPurpose,
} from '@coffer/evidence';
import { concatBytes, encodeCbor, fromBase64Url, newUuid, toBase64Url } from '@coffer/foundation';
import { client, ready } from '@serenity-kit/opaque';
import {
  AccountDeletion,
  Accounts,
  Activation,
  createOpaqueServer,
  defaultPolicy,
  DummyRecords,
  dummyRecordBytes,
  GuessVeto,
  KeyslotRemoval,
  Keyslots,
  NewStart,
  Passkeys,
  Recovery,
  Registrations,
  Rotation,
  RotationRegistrations,
  SealerError,
  type AccountRow,
  type KeySealer,
  type KeyslotRow,
  type OpenedRegistration,
  type SealingContext,
  type StartedLogin,
  type VaultPolicy,
} from '../src/index';
import { MemoryStore } from './memory-store';

const key = randomBytes(32);

/** A sealer of one epoch in memory. */
export const memorySealer: KeySealer = {
  kind: 'key-file',
  rootId: randomBytes(8),
  epochs: () => [{ epoch: 1, keyId: randomBytes(8), createdAtMs: 0 }],
  sealingEpoch: () => 1,
  seal: async (plaintext, context) => {
    const nonce = randomBytes(24);
    return { epoch: 1, bytes: concatBytes(nonce, sealXChaCha(key, nonce, plaintext, bound(context))) };
  },
  open: async ({ bytes }, context) => {
    try {
      return openXChaCha(key, bytes.subarray(0, 24), bytes.subarray(24), bound(context));
    } catch (cause) {
      throw new SealerError('does-not-open', 'does not open', { cause });
    }
  },
  mac: async (message, context) => hmacSha256(key, concatBytes(bound(context), message)),
};

function bound(context: SealingContext): Uint8Array {
  const { account, serial, table, stateVersion, facts } = context;
  return sha256(encodeCbor({ account, serial, table, stateVersion, facts: facts ?? {} }));
}

const trivial = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } } as const;

/** The services of the vault over the memory store, with a clock that tests move. */
export async function memoryVault(policy: Partial<VaultPolicy> = {}) {
  await ready;
  const store = new MemoryStore();
  const setup = await createOpaqueServerSetup();
  const vaultId = randomBytes(16);
  const ksf = defaultPolicy.ksf;
  const dummy = await memorySealer.seal(dummyRecordBytes(createDummyOpaqueRecord(), ksf), {
    ...{ account: 'vault', serial: 0, table: 'vault_secrets', stateVersion: 1, facts: { name: 'dummy-record' } },
  });
  const accounts = new Accounts({ store, sealer: memorySealer, vaultId });
  const parts = {
    ...{ accounts, store, sealer: memorySealer, vaultIdText: toBase64Url(vaultId) },
    opaque: createOpaqueServer(setup, await opaqueServerPublicKey(setup)),
    dummies: new DummyRecords(memorySealer, { sealed: dummy }),
    watch: { acknowledged: async () => Promise.resolve() },
    policy: { ...defaultPolicy, ...policy },
    atStep: () => undefined,
  };
  return {
    ...{ store, accounts, vaultId, parts },
    advance: (milliseconds: number) => {
      store.nowMs += milliseconds;
      store.anchoredAtMs = store.nowMs;
    },
    recovery: new Recovery(parts),
    registrations: new Registrations(parts),
    activation: new Activation(parts),
    keyslots: new Keyslots(parts),
    removal: new KeyslotRemoval(parts),
    passkeys: new Passkeys(parts),
    veto: new GuessVeto(parts),
    newStart: new NewStart(parts),
    deletion: new AccountDeletion(parts),
    rotation: new Rotation(parts),
    rotationRegistrations: new RotationRegistrations(parts),
  };
}

export type MemoryVault = Awaited<ReturnType<typeof memoryVault>>;

export interface MemoryAttempt {
  readonly loginId: string;
  readonly ke1: Uint8Array;
  readonly clientState: string;
  readonly password: string;
}

/** A device that calls the services directly. */
export class MemoryDevice {
  readonly owner: SigningSeed = generateSigningSeed();
  readonly keyId = randomBytes(8);
  /** Owner generation that it signs under. */
  generation = 1;
  /** The new start under which it registers. */
  newStartId: string | undefined;
  readonly #vault: MemoryVault;
  readonly #subject: string;

  constructor(vault: MemoryVault, subject = newUuid()) {
    this.#vault = vault;
    this.#subject = subject;
  }

  get subject(): string {
    return this.#subject;
  }

  account(): Promise<AccountRow> {
    return this.#vault.accounts.ensure('https://issuer', this.#subject);
  }

  async statement<P extends VaultPurpose>(purpose: P, body: VaultBodies[P], serial = 0, previousSerial = 0) {
    return signVaultStatement(this.owner, await this.#fields(purpose, serial, previousSerial), body);
  }

  /** A statement that this device's key signs and the next one's as well. */
  async coSigned<P extends CoSignedPurpose>(
    purpose: P,
    body: VaultBodies[P],
    next: MemoryDevice,
    serial = 0,
    previousSerial = 0,
  ): Promise<CoSignedStatement> {
    const fields = await this.#fields(purpose, serial, previousSerial);
    return coSignVaultStatement({ former: this.owner, next: next.owner }, fields, body);
  }

  async #fields<P extends VaultPurpose>(purpose: P, serial: number, previousSerial: number) {
    const { accountId } = await this.account();
    const { store, vaultId } = this.#vault;
    const challenge = randomBytes(32);
    await store.issueChallenge(accountId, challenge, 'statement', 300);
    const { generation } = this;
    return {
      ...{ purpose, vaultId, account: accountId, generation, serial, previousSerial, challenge },
      expiresAtMs: store.nowMs + 60_000,
    };
  }

  async open(password: string) {
    const account = await this.account();
    const previousSerial = this.#vault.store.rows(account.accountId).budget.serial;
    const started = client.startRegistration({ password });
    const request = fromBase64Url(started.registrationRequest);
    const { newStartId } = this;
    const opening =
      account.ownerGeneration === 0 || newStartId !== undefined
        ? { request, ...(newStartId === undefined ? {} : { newStartId }) }
        : {
            statement: await this.statement('register-password', { registrationRequest: request }, 0, previousSerial),
          };
    const opened = await this.#vault.registrations.open(account, newUuid(), opening);
    return { opened, clientState: started.clientRegistrationState, previousSerial };
  }

  async put(of: Awaited<ReturnType<MemoryDevice['open']>>, password: string) {
    const { opened, previousSerial } = of;
    const signed = await this.statement(
      'password-record',
      await this.#record(of, password),
      opened.serial,
      previousSerial,
    );
    return this.#vault.registrations.putRecord(await this.account(), opened.registrationId, signed);
  }

  /** The record of a password for `next`'s key, signed by both. */
  async putForRotation(of: Awaited<ReturnType<MemoryDevice['open']>>, password: string, next: MemoryDevice) {
    const { opened, previousSerial } = of;
    const body = {
      ...(await this.#record(of, password)),
      ...{ newOwnerPublicKey: signingPublicKey(next.owner), keyId: next.keyId },
    };
    const signed = await this.coSigned('rotation-record', body, next, opened.serial, previousSerial);
    return this.#vault.rotationRegistrations.putRecord(await this.account(), opened.registrationId, signed);
  }

  /** All of proving a password for `next`'s key. */
  async provePassword(password: string, next: MemoryDevice) {
    const of = await this.open(password);
    await this.putForRotation(of, password, next);
    const attempt = this.attempt(password);
    next.generation = this.generation;
    const ke2 = await next.confirm(of.opened, attempt);
    const ke3 = (await this.ke3(attempt, ke2, of.opened))!;
    const { registrationId } = of.opened;
    const activate = async () =>
      this.#vault.activation.activate(await this.account(), registrationId, attempt.loginId, ke3);
    return { proven: await activate(), again: activate };
  }

  async #record(of: Awaited<ReturnType<MemoryDevice['open']>>, password: string) {
    const { opened, clientState } = of;
    const { registrationRecord } = client.finishRegistration({
      password,
      clientRegistrationState: clientState,
      registrationResponse: toBase64Url(opened.response),
      identifiers: await this.#identities(opened),
      keyStretching: trivial,
    });
    return {
      ...{ registrationId: opened.registrationId, ownerPublicKey: signingPublicKey(this.owner), keyId: this.keyId },
      ...{ record: fromBase64Url(registrationRecord), sealedBackupKey: randomBytes(72), ksf: opened.ksf },
    };
  }

  async confirm(opened: OpenedRegistration, attempt: MemoryAttempt) {
    const { loginId, ke1 } = attempt;
    const body = { registrationId: opened.registrationId, loginId, ke1Hash: sha256(ke1) };
    const statement = await this.statement('password-confirm', body, opened.serial);
    const input = { loginId, ke1, statement };
    return this.#vault.registrations.confirm(await this.account(), opened.registrationId, input);
  }

  /** All of setting a password. */
  async setPassword(password: string) {
    const of = await this.open(password);
    await this.put(of, password);
    const attempt = this.attempt(password);
    const ke2 = await this.confirm(of.opened, attempt);
    const ke3 = await this.ke3(attempt, ke2, of.opened);
    const { registrationId } = of.opened;
    return this.#vault.activation.activate(await this.account(), registrationId, attempt.loginId, ke3!);
  }

  async vetoGuesses(seconds: number) {
    return this.#vault.veto.set(await this.account(), await this.statement('guess-veto', { seconds }));
  }

  async activateDigits() {
    const ownerPublicKey = signingPublicKey(this.owner);
    const signed = await this.statement('activate-digits', { ownerPublicKey, keyId: this.keyId, kind: 'digits' });
    return this.#vault.keyslots.activateDigits(await this.account(), signed);
  }

  /** What a device says of a passkey whose wrap it has opened again; the vault cannot tell random bytes from it. */
  passkey(change: Partial<VaultBodies['activate-passkey']> = {}): VaultBodies['activate-passkey'] {
    return {
      ...{ keyId: this.keyId, rpId: 'portal.example', credentialId: randomBytes(16) },
      ...{ prfSalt: randomBytes(32), sealedBackupKey: randomBytes(72), ...change },
    };
  }

  async activatePasskey(body = this.passkey()): Promise<KeyslotRow> {
    return this.#vault.passkeys.activate(await this.account(), await this.statement('activate-passkey', body));
  }

  async remove(keyslotId: string): Promise<void> {
    const signed = await this.statement('remove-keyslot', { keyslotId });
    await this.#vault.removal.remove(await this.account(), keyslotId, signed);
  }

  attempt(password: string): MemoryAttempt {
    const { clientLoginState, startLoginRequest } = client.startLogin({ password });
    return { loginId: newUuid(), ke1: fromBase64Url(startLoginRequest), clientState: clientLoginState, password };
  }

  async start(attempt: MemoryAttempt): Promise<StartedLogin> {
    return this.#vault.recovery.start(await this.account(), attempt.loginId, attempt.ke1);
  }

  async ke3(attempt: MemoryAttempt, ke2: Uint8Array, of: Pick<StartedLogin, 'serial' | 'ksf'>) {
    const finished = client.finishLogin({
      clientLoginState: attempt.clientState,
      loginResponse: toBase64Url(ke2),
      password: attempt.password,
      identifiers: await this.#identities(of),
      keyStretching: trivial,
    });
    return finished === undefined ? undefined : fromBase64Url(finished.finishLoginRequest);
  }

  async finish(attempt: MemoryAttempt, started: StartedLogin) {
    const ke3 = (await this.ke3(attempt, started.ke2, started)) ?? randomBytes(64);
    return this.#vault.recovery.finish(await this.account(), attempt.loginId, ke3);
  }

  async #identities({ serial, ksf }: Pick<StartedLogin, 'serial' | 'ksf'>) {
    const { issuer, subject } = await this.account();
    return opaqueIdentities({ issuer, subject, serial, ksf }, toBase64Url(this.#vault.vaultId));
  }
}
