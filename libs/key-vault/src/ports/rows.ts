import type { BudgetState, Head, LedgerEvent, PasskeyWrap, SignedStatement } from '@coffer/evidence';
import type { Sealed } from './key-sealer';

/** One account as its row has it. Instants are milliseconds of the database's clock. */
export interface AccountRow {
  readonly accountId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly createdAtMs: number;
  /** 0 until an owner key is bound. */
  readonly ownerGeneration: number;
  /** 8 bytes. */
  readonly keyId: Uint8Array | null;
  /** 32 bytes, Ed25519. */
  readonly ownerPublicKey: Uint8Array | null;
  readonly sealedReason: string | null;
  /** Since when the account is being deleted; null: it is not. */
  readonly closedAtMs: number | null;
}

/** An event as it is stored. */
export interface StoredEvent {
  readonly number: number;
  readonly event: Uint8Array;
  readonly mac: Uint8Array;
}

/** An event that is about to be stored. */
export interface NewEvent extends StoredEvent {
  readonly hash: Uint8Array;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  /** What `event` encodes. */
  readonly fields: LedgerEvent;
}

/** The sealed active record of an account. */
export interface RecordRow {
  readonly serial: number;
  readonly keyslotId: string;
  readonly sealed: Sealed;
}

export const LoginOutcome = { proven: 'proven', wrong: 'wrong', superseded: 'superseded' } as const;
export type LoginOutcome = (typeof LoginOutcome)[keyof typeof LoginOutcome];

/** A named attempt, as it is when it is made. */
export interface NewLogin {
  readonly loginId: string;
  /** Set on the confirming login of a registration, which is no guess. */
  readonly registrationId: string | null;
  /** SHA-256 of KE1. */
  readonly ke1Hash: Uint8Array;
  readonly serial: number;
  readonly attempt: number;
  /** Guesses left after it. */
  readonly remaining: number;
  readonly nextGuessAtMs: number | null;
  readonly expiresAtMs: number;
  /** Of the ledger event that recorded the spend; 0 on a confirming login. */
  readonly eventNumber: number;
}

/** A named attempt as it is stored. */
export interface LoginRow extends NewLogin {
  readonly ke2: Uint8Array | null;
  readonly state: Sealed | null;
  readonly outcome: LoginOutcome | null;
  readonly ke3Hash: Uint8Array | null;
  readonly answer: Sealed | null;
}

export const RegistrationState = {
  open: 'open',
  pending: 'pending',
  /** Proven for a rotation of the backup key, which alone activates it. */
  proven: 'proven',
  activated: 'activated',
  ended: 'ended',
} as const;
export type RegistrationState = (typeof RegistrationState)[keyof typeof RegistrationState];

/** A registration when it is opened. */
export interface NewRegistration {
  readonly registrationId: string;
  readonly serial: number;
  readonly previousSerial: number;
  /** Owner generation when it was opened; 0 on a first claim. */
  readonly generation: number;
  readonly idempotencyKey: string;
  /** SHA-256 of the request. */
  readonly requestHash: Uint8Array;
  readonly response: Uint8Array;
  readonly salt: Sealed;
  /** Under which it is made in place of the owner's signature; null: under none. */
  readonly newStartId: string | null;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
}

/** What a password is set for: the current backup key, or one that is to take its place. */
export type RegistrationPurpose = 'recovery' | 'rotation';

/** What the second step brings. */
export interface PendingRecord {
  readonly purpose: RegistrationPurpose;
  readonly record: Sealed;
  /** SHA-256 of the statement's body. */
  readonly recordHash: Uint8Array;
  /** The owner key of the backup key that it seals; it signs the confirming KE1s. */
  readonly ownerPublicKey: Uint8Array;
  readonly keyId: Uint8Array;
}

export interface RegistrationRow extends Omit<NewRegistration, 'salt'> {
  readonly state: RegistrationState;
  readonly salt: Sealed | null;
  readonly pending: PendingRecord | null;
  readonly evaluations: number;
}

/** A way to get the backup key back. */
export interface KeyslotRow {
  readonly keyslotId: string;
  readonly kind: 'digits' | 'password' | 'passkey';
  readonly keyId: Uint8Array;
  readonly serial: number;
  readonly state: 'active' | 'removed' | 'shredded';
  readonly provenAtMs: number;
}

/** What the vault keeps of a passkey keyslot. It cannot open the wrap. */
export interface PasskeyRow extends PasskeyWrap {
  readonly keyslotId: string;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
}

/** A repository with its head as it was signed. */
export interface RepositoryHeadRow {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes; null while no head was written. */
  readonly headHash: Uint8Array | null;
  readonly head: SignedStatement | null;
}

/** A head that takes the place of the one it follows. */
export interface NextHead {
  readonly head: Head;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly signed: SignedStatement;
}

/** An entry of the in-app feed. */
export interface NewNotice {
  readonly noticeId: string;
  readonly atMs: number;
  readonly kind: string;
  readonly severity: 'info' | 'warning' | 'urgent';
  readonly title: string;
  readonly text: string;
  readonly eventNumber: number | null;
}

/** What a transaction sees after it has locked the account's budget row. */
export interface LockedAccount {
  readonly row: AccountRow;
  readonly budget: BudgetState;
  /** Until when the owner's guess veto lasts; an instant that is over stays. */
  readonly vetoedUntilMs: number | null;
  /** The last event of the account's chain; every account has one, unless somebody removed it. */
  readonly last: StoredEvent | null;
  /** Number of its last event in the tree; 0 before the first. */
  readonly sequencedNumber: number;
  /** The login that was asked for. */
  readonly login: LoginRow | null;
  /** The database's clock after the lock. */
  readonly nowMs: number;
  /** When the anchor last acknowledged; null before the first time. */
  readonly anchoredAtMs: number | null;
  readonly vaultSealedReason: string | null;
  /** Whether the account has rows of new starts or of a deletion, ended ones included: where not, none has to be looked for. */
  readonly hasLossRows: boolean;
}
