import type { CborValue } from '@coffer/foundation';

/** What the ledger records (docs/wire.md, "Ledger"). */
export const LedgerEventKind = {
  accountOpened: 'account-opened',
  guess: 'guess',
  proven: 'proven',
  loginSuperseded: 'login-superseded',
  registrationOpened: 'registration-opened',
  keyslotProven: 'keyslot-proven',
  keyslotRemoved: 'keyslot-removed',
  keyslotShredded: 'keyslot-shredded',
  ownerBound: 'owner-bound',
  repositoryCreated: 'repository-created',
  headReplaced: 'head-replaced',
  objectsDeleted: 'objects-deleted',
  proofAccepted: 'proof-accepted',
  pinReleased: 'pin-released',
  purgeStarted: 'purge-started',
  purgeStopped: 'purge-stopped',
  purgeResumed: 'purge-resumed',
  plaintextReleased: 'plaintext-released',
  plaintextDeleted: 'plaintext-deleted',
  certificate: 'certificate',
  accountSealed: 'account-sealed',
} as const;
export type LedgerEventKind = (typeof LedgerEventKind)[keyof typeof LedgerEventKind];

/** One event of one account's chain. The four budget fields are those after the event. */
export interface LedgerEvent {
  readonly v: 1;
  /** UUIDv7. */
  readonly account: string;
  /** Counts from 1 per account. */
  readonly number: number;
  readonly kind: LedgerEventKind;
  readonly atMs: number;
  /** Guesses left, 0-10. */
  readonly remaining: number;
  /** Number of the guess that was last spent. */
  readonly attempt: number;
  /** No guess before this instant; null: at once. */
  readonly nextAtMs: number | null;
  /** Serial of the active password record; 0 where there is none. */
  readonly serial: number;
  /** Facts of the kind; ids and hashes, never content. */
  readonly details: Readonly<Record<string, CborValue>>;
  /** Hash of the event before; 32 zero bytes on the first. */
  readonly previousHash: Uint8Array;
}

/** The four budget fields that an event carries. */
export interface BudgetState {
  readonly remaining: number;
  readonly attempt: number;
  readonly nextAtMs: number | null;
  readonly serial: number;
}

/** Where a chain stands. */
export interface ChainPosition {
  /** Of the last event; 0 before the first. */
  readonly number: number;
  /** Of the last event; 32 zero bytes before the first. */
  readonly hash: Uint8Array;
}
