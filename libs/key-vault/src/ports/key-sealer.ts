import type { CborValue } from '@coffer/foundation';

/** What sealed bytes are bound to: a row that is moved to another account or edited does not open. */
export interface SealingContext {
  /** Account id; `vault` for what belongs to no account. */
  readonly account: string;
  /** Serial of the password record; 0 where there is none. */
  readonly serial: number;
  readonly table: string;
  /** Which state of the row this is; another number for each state that may hold the same bytes. */
  readonly stateVersion: number;
  /** Further facts of the row. */
  readonly facts?: Readonly<Record<string, CborValue>>;
}

/** Sealed bytes and the epoch whose key sealed them, which their row names. */
export interface Sealed {
  readonly epoch: number;
  readonly bytes: Uint8Array;
}

/** An epoch key, without the key. */
export interface SealingEpochInfo {
  readonly epoch: number;
  /** 8 bytes that name the key and tell nothing of it. */
  readonly keyId: Uint8Array;
  readonly createdAtMs: number;
}

/** An epoch that the database has not ended. */
export interface KnownEpoch {
  readonly epoch: number;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** Set where nothing is known to be sealed under it: a database that was restored may name a key that was destroyed since. */
  readonly mayBeMissing?: boolean;
}

/** Which keys the database names: they must be at hand, and they must be these. */
export interface KnownKeys {
  /** 8 bytes. */
  readonly rootId: Uint8Array;
  /** Oldest first; the last one seals. */
  readonly epochs: readonly KnownEpoch[];
}

/** Seals what the vault keeps: by an HSM, or by key files. Keys never leave it. */
export interface KeySealer {
  readonly kind: 'key-file' | 'pkcs11';
  /** 8 bytes that name the root key. */
  readonly rootId: Uint8Array;
  /** Every epoch whose key is at hand, oldest first. */
  epochs(): readonly SealingEpochInfo[];
  /** Number of the epoch that seals now: the newest that the database names. */
  sealingEpoch(): number;
  /** @throws SealerError `unavailable` also where it was not told for too long which epoch seals */
  seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed>;
  /** @throws SealerError `does-not-open`, `unknown-epoch` */
  open(sealed: Sealed, context: SealingContext): Promise<Uint8Array>;
  /** 32 bytes that only this sealer can make. Its key outlives the epochs, for macs guard no secret. */
  mac(message: Uint8Array, context: SealingContext): Promise<Uint8Array>;
}

/** A sealer together with what looks after its keys. */
export interface SealingKeys extends KeySealer {
  /**
   * Takes over what the database names now: its newest epoch seals from here on, keys that are new are looked for, and keys
   * of ended epochs are forgotten. Who has to be told and is not within the lease seals nothing any more, so that no row
   * comes under a key that is about to be destroyed.
   *
   * @param askedAtMs - `performance.now()` before the database was asked
   * @throws SealerError `key-missing`, `wrong-key`, and then everything stays as it was
   */
  follow(known: KnownKeys, askedAtMs: number): Promise<void>;
  /** Makes the key of an epoch, or finds the one that is there; it seals nothing until the database names it. */
  createEpoch(epoch: number): Promise<SealingEpochInfo>;
  /** Destroys the keys of an epoch, here and where they are kept. Nothing happens where there are none. */
  destroyEpoch(epoch: number): Promise<void>;
  /** Why the keys are out of reach now, in words for staff; undefined where they are at hand. */
  problem(): Promise<string | undefined>;
  /** Lets go of what holds the keys, once nothing is sealed or opened any more. */
  close(): Promise<void>;
}
