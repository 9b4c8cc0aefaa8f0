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

/** Seals what the vault keeps: by an HSM, or by key files. Keys never leave it. */
export interface KeySealer {
  readonly kind: 'key-file' | 'pkcs11';
  /** 8 bytes that name the root key. */
  readonly rootId: Uint8Array;
  /** Every epoch whose key is at hand, oldest first; the last one seals. */
  epochs(): readonly SealingEpochInfo[];
  /** Number of the epoch that seals now. */
  sealingEpoch(): number;
  seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed>;
  /** @throws SealerError `does-not-open`, `unknown-epoch` */
  open(sealed: Sealed, context: SealingContext): Promise<Uint8Array>;
  /** 32 bytes that only this sealer can make. Its key outlives the epochs, for macs guard no secret. */
  mac(message: Uint8Array, context: SealingContext): Promise<Uint8Array>;
}

/** A sealer together with what looks after its keys. */
export interface SealingKeys extends KeySealer {
  /** Why the keys are out of reach now, in words for staff; undefined where they are at hand. */
  problem(): Promise<string | undefined>;
  /** Lets go of what holds the keys, once nothing is sealed or opened any more. */
  close(): Promise<void>;
}
