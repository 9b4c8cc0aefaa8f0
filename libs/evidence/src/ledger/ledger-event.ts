import { sha256 } from '@coffer/crypto';
import { concatBytes, equalBytes, requireBytes, type CborValue } from '@coffer/foundation';

import {
  anyMap,
  bytes,
  decodeShape,
  encodeShape,
  instantMs,
  nullable,
  oneOf,
  record,
  uuid,
  where,
  whole,
  type Shape,
} from '../shape';

/** What the ledger records (docs/wire.md, "Ledger"). */
export const LedgerEventKind = {
  accountOpened: 'account-opened',
  guess: 'guess',
  proven: 'proven',
  loginSuperseded: 'login-superseded',
  guessesVetoed: 'guesses-vetoed',
  vetoLifted: 'veto-lifted',
  newStartBegun: 'new-start-begun',
  newStartCancelled: 'new-start-cancelled',
  newStartExpired: 'new-start-expired',
  newStartFinished: 'new-start-finished',
  newStartUndone: 'new-start-undone',
  newStartSettled: 'new-start-settled',
  registrationOpened: 'registration-opened',
  keyslotProven: 'keyslot-proven',
  keyslotRemoved: 'keyslot-removed',
  keyslotShredded: 'keyslot-shredded',
  rotationProven: 'rotation-proven',
  keyRotated: 'key-rotated',
  ownerBound: 'owner-bound',
  repositoryCreated: 'repository-created',
  repositoryRemoved: 'repository-removed',
  headReplaced: 'head-replaced',
  objectsDeleted: 'objects-deleted',
  proofAccepted: 'proof-accepted',
  pinReleased: 'pin-released',
  purgeStarted: 'purge-started',
  purgeStopped: 'purge-stopped',
  purgeResumed: 'purge-resumed',
  plaintextReleased: 'plaintext-released',
  plaintextQuarantined: 'plaintext-quarantined',
  plaintextDeleted: 'plaintext-deleted',
  certificate: 'certificate',
  deletionAsked: 'deletion-asked',
  deletionCancelled: 'deletion-cancelled',
  accountClosed: 'account-closed',
  accountErased: 'account-erased',
  accountSealed: 'account-sealed',
  accountRepaired: 'account-repaired',
  vaultRepaired: 'vault-repaired',
  dumpDrilled: 'dump-drilled',
  sealingEpochEnded: 'sealing-epoch-ended',
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

/** Before the first event. */
export const chainStart: ChainPosition = { number: 0, hash: new Uint8Array(32) };

/** Guesses between two proven successes (docs/protocol.md, P3). */
export const maximumGuesses = 10;

/** Largest event in bytes. */
export const eventMaximumBytes = 32 * 1024;

const eventShape: Shape<LedgerEvent> = where(
  record<LedgerEvent>({
    v: oneOf(1),
    account: uuid,
    number: whole(1),
    kind: oneOf(...Object.values(LedgerEventKind)),
    atMs: instantMs,
    remaining: whole(0, maximumGuesses),
    attempt: whole(),
    nextAtMs: nullable(instantMs),
    serial: whole(),
    details: anyMap(64),
    previousHash: bytes(32),
  }),
  (event) =>
    event.number > 1 || equalBytes(event.previousHash, chainStart.hash) ? undefined : 'the first event follows nothing',
);

/** Deterministic CBOR of an event. @throws EvidenceError `event-invalid` / `malformed`, `too-large` */
export function encodeLedgerEvent(event: LedgerEvent): Uint8Array<ArrayBuffer> {
  return encodeShape(eventShape, event, eventMaximumBytes, 'event-invalid');
}

/** Reads an event and believes nothing of it. @throws EvidenceError `event-invalid` / `malformed`, `not-canonical` */
export function decodeLedgerEvent(encoded: Uint8Array): LedgerEvent {
  return decodeShape(eventShape, encoded, eventMaximumBytes, 'event-invalid');
}

/** SHA-256 of an event's CBOR: the `previousHash` of the next. @returns 32 bytes */
export function hashLedgerEvent(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(encoded);
}

/**
 * The entry of the ledger's tree: SHA-256(salt || event CBOR). Without the salt nobody can tell whose event a leaf is.
 *
 * @param salt - 32 random bytes, one per event
 * @throws EncodingError `invalid-length`
 */
export function ledgerEntry(salt: Uint8Array, encodedEvent: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(requireBytes(salt, 32, 'salt'), encodedEvent));
}
