import {
  createDummyOpaqueRecord,
  createOpaqueServerSetup,
  generateSigningSeed,
  opaqueServerPublicKey,
  randomBytes,
  requireOpaqueServerSetup,
  requireSigningSeed,
  type OpaqueServerSetup,
} from '@coffer/crypto';
import {
  certificateKeyName,
  encodeVerifierKey,
  ledgerOrigin,
  noteVerifierOf,
  type NoteSigner,
  type NoteVerifier,
} from '@coffer/evidence';
import { SealerError } from './errors';
import type { KeySealer, Sealed, SealingContext, SealingEpochInfo } from './ports/key-sealer';

/** The one row that says who a vault is. */
export interface VaultStateRow {
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** 8 bytes. */
  readonly sealingRootId: Uint8Array;
  /** 32 bytes. */
  readonly opaquePublicKey: Uint8Array;
  readonly ledgerKey: string;
  readonly certificateKey: string;
  readonly sealedReason: string | null;
}

export type SecretName = 'opaque-setup' | 'dummy-record' | 'ledger-seed' | 'certificate-seed' | 'push-key';

/** Where the vault's own state is kept. */
export interface VaultStateStore {
  state(): Promise<VaultStateRow | undefined>;
  secret(name: SecretName): Promise<Sealed | undefined>;
  /** Writes everything in one transaction; does nothing where another process came first. */
  create(
    state: Omit<VaultStateRow, 'sealedReason'>,
    epochs: readonly SealingEpochInfo[],
    secrets: ReadonlyMap<SecretName, Sealed>,
  ): Promise<void>;
  /** Seals the vault: no act of any account until staff repair it. */
  seal(reason: string): Promise<void>;
}

/** Who a vault is, with its secrets opened. */
export interface VaultIdentity {
  readonly vaultId: Uint8Array;
  readonly opaqueSetup: OpaqueServerSetup;
  /** 32 bytes; devices pin it. */
  readonly opaquePublicKey: Uint8Array;
  /** The record of accounts that have none, still sealed: it is opened anew for each guess, as a real one is. */
  readonly dummyRecord: SealedSecret;
  readonly ledgerSigner: NoteSigner;
  readonly certificateSigner: NoteSigner;
  readonly ledgerVerifier: NoteVerifier;
  readonly certificateVerifier: NoteVerifier;
}

/** A secret that stays sealed, as the database has it: each sealing epoch seals it anew. */
export class SealedSecret {
  readonly #store: Pick<VaultStateStore, 'secret'>;
  readonly #name: SecretName;
  #sealed: Sealed;

  constructor(store: Pick<VaultStateStore, 'secret'>, name: SecretName, sealed: Sealed) {
    this.#store = store;
    this.#name = name;
    this.#sealed = sealed;
  }

  get sealed(): Sealed {
    return this.#sealed;
  }

  /** Reads it again where it is not of this epoch, for the key that it was read under will be destroyed. */
  async refresh(epoch: number): Promise<void> {
    if (this.#sealed.epoch !== epoch) this.#sealed = await secretOf(this.#store, this.#name);
  }
}

/** What the vault's own secrets are bound to. */
export function secretContext(name: SecretName): SealingContext {
  return { account: 'vault', serial: 0, table: 'vault_secrets', stateVersion: 1, facts: { name } };
}

/**
 * Opens the vault's identity; makes it where the database is empty. Of several processes that start together one wins.
 *
 * @param dummyRecordBytes - gives the dummy record the form of a real one's plaintext
 * @throws SealerError where a secret does not open
 */
export async function openVaultIdentity(
  store: VaultStateStore,
  sealer: KeySealer,
  dummyRecordBytes: (record: Uint8Array) => Uint8Array,
): Promise<VaultIdentity> {
  if ((await store.state()) === undefined) await createIdentity(store, sealer, dummyRecordBytes);
  const state = await store.state();
  if (state === undefined) throw new SealerError('key-missing', 'the vault has no identity');
  const opened = async (name: SecretName): Promise<Uint8Array> =>
    sealer.open(await secretOf(store, name), secretContext(name));
  const ledgerSigner = {
    name: ledgerOrigin(state.vaultId),
    secret: requireSigningSeed(await opened('ledger-seed')),
  };
  const certificateSigner = await openCertificateSigner(store, sealer, state.vaultId);
  return {
    vaultId: state.vaultId,
    opaqueSetup: requireOpaqueServerSetup(await opened('opaque-setup')),
    opaquePublicKey: state.opaquePublicKey,
    dummyRecord: new SealedSecret(store, 'dummy-record', await secretOf(store, 'dummy-record')),
    ledgerSigner,
    certificateSigner,
    ledgerVerifier: noteVerifierOf(ledgerSigner),
    certificateVerifier: noteVerifierOf(certificateSigner),
  };
}

/**
 * The key that signs deletion certificates, alone: who signs them needs no other secret of the vault.
 *
 * @throws SealerError where it is missing or does not open
 */
export async function openCertificateSigner(
  store: Pick<VaultStateStore, 'secret'>,
  sealer: KeySealer,
  vaultId: Uint8Array,
): Promise<NoteSigner> {
  const seed = await sealer.open(await secretOf(store, 'certificate-seed'), secretContext('certificate-seed'));
  return { name: certificateKeyName(vaultId), secret: requireSigningSeed(seed) };
}

/** Where a secret is added to a vault that was made without it. */
export interface LaterSecretStore extends Pick<VaultStateStore, 'secret'> {
  /** Does nothing where there is one of that name. */
  addSecret(name: SecretName, sealed: Sealed): Promise<void>;
}

/**
 * A secret that the vault did not have from its beginning, made where it is missing. Of several processes one wins.
 *
 * @throws SealerError where it does not open
 */
export async function openLaterSecret(
  store: LaterSecretStore,
  sealer: KeySealer,
  name: 'push-key',
  make: () => Uint8Array,
): Promise<Uint8Array> {
  if ((await store.secret(name)) === undefined)
    await store.addSecret(name, await sealer.seal(make(), secretContext(name)));
  return sealer.open(await secretOf(store, name), secretContext(name));
}

async function secretOf(store: Pick<VaultStateStore, 'secret'>, name: SecretName): Promise<Sealed> {
  const sealed = await store.secret(name);
  if (sealed === undefined) throw new SealerError('key-missing', `the vault's secret ${name} is not in the database`);
  return sealed;
}

async function createIdentity(
  store: VaultStateStore,
  sealer: KeySealer,
  dummyRecordBytes: (record: Uint8Array) => Uint8Array,
): Promise<void> {
  const vaultId = randomBytes(16);
  const setup = await createOpaqueServerSetup();
  const ledger = { name: ledgerOrigin(vaultId), secret: generateSigningSeed() };
  const certificate = { name: certificateKeyName(vaultId), secret: generateSigningSeed() };
  const plain: readonly (readonly [SecretName, Uint8Array])[] = [
    ['opaque-setup', setup],
    ['dummy-record', dummyRecordBytes(createDummyOpaqueRecord())],
    ['ledger-seed', ledger.secret],
    ['certificate-seed', certificate.secret],
  ];
  const secrets = new Map<SecretName, Sealed>();
  for (const [name, bytes] of plain) secrets.set(name, await sealer.seal(bytes, secretContext(name)));
  await store.create(
    {
      vaultId,
      sealingRootId: sealer.rootId,
      opaquePublicKey: await opaqueServerPublicKey(setup),
      ledgerKey: encodeVerifierKey(noteVerifierOf(ledger)),
      certificateKey: encodeVerifierKey(noteVerifierOf(certificate)),
    },
    sealer.epochs(),
    secrets,
  );
}
