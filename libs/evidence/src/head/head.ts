import { sha256 } from '@coffer/crypto';
import { equalBytes } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import {
  bytes,
  decodeShape,
  encodeShape,
  nullable,
  objectName,
  oneOf,
  record,
  where,
  whole,
  type Shape,
} from '../shape';

/** The one pointer into a repository, owner-signed (docs/format/v1.md, "Head"). */
export interface Head {
  readonly v: 1;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly keyringVersion: number;
  readonly epoch: number;
  /** Counts from 1. */
  readonly generation: number;
  /** Hash of the head before (32 bytes); null on generation 1. */
  readonly previous: Uint8Array | null;
  readonly pruneGeneration: number;
  readonly snapshotId: string;
  /** SHA-256 of the sealed snapshot, 32 bytes. */
  readonly snapshotSha256: Uint8Array;
}

/** Largest head in bytes. */
export const headMaximumBytes = 1024;

export const headShape: Shape<Head> = where(
  record<Head>({
    v: oneOf(1),
    repositoryId: bytes(16),
    keyId: bytes(8),
    keyringVersion: whole(1),
    epoch: whole(1),
    generation: whole(1),
    previous: nullable(bytes(32)),
    pruneGeneration: whole(),
    snapshotId: objectName,
    snapshotSha256: bytes(32),
  }),
  (head) =>
    (head.generation === 1) === (head.previous === null)
      ? undefined
      : 'the first head has no previous hash, every later one has',
);

/** Deterministic CBOR of a head. @throws EvidenceError `statement-invalid` / `malformed` */
export function encodeHead(head: Head): Uint8Array<ArrayBuffer> {
  return encodeShape(headShape, head, headMaximumBytes, 'statement-invalid');
}

/** Reads a head. @throws EvidenceError `statement-invalid` / `malformed`, `not-canonical`, `too-large` */
export function decodeHead(encoded: Uint8Array): Head {
  return decodeShape(headShape, encoded, headMaximumBytes, 'statement-invalid');
}

/** SHA-256 of the head's CBOR: what the next head, proofs and deletes name. It equals the statement's `bodyHash`. */
export function hashHead(head: Head): Uint8Array<ArrayBuffer> {
  return sha256(encodeHead(head));
}

/**
 * Whether `next` may take the place of `previous` (docs/format/v1.md, "Head"): the same repository, generation one higher, the hash of the
 * head before, and neither keyring version nor epoch nor prune generation smaller. The signature is verified elsewhere
 * (`verifyRepositoryStatement`).
 *
 * @param previous - the current head; null where there is none
 * @param currentKeyId - 8 bytes: key id of the account's current owner
 * @throws EvidenceError `wrong-owner-generation` / `wrong-key-id` where another key made it; `statement-invalid` /
 *   `wrong-repository`; `head-behind` / `wrong-head` with `fields.field` naming what is behind
 */
export function checkHeadFollows(previous: Head | null, next: Head, currentKeyId: Uint8Array): void {
  if (!equalBytes(next.keyId, currentKeyId)) {
    throw new EvidenceError('wrong-owner-generation', 'wrong-key-id', 'the head was made under another key', {
      fields: { field: 'keyId' },
    });
  }
  if (previous === null) {
    if (next.generation !== 1) throw behind('generation');
    if (next.previous !== null) throw behind('previous');
    return;
  }
  if (!equalBytes(next.repositoryId, previous.repositoryId)) {
    throw new EvidenceError('statement-invalid', 'wrong-repository', 'the head is of another repository');
  }
  if (next.generation !== previous.generation + 1) throw behind('generation');
  if (next.previous === null || !equalBytes(next.previous, hashHead(previous))) throw behind('previous');
  if (next.keyringVersion < previous.keyringVersion) throw behind('keyringVersion');
  if (next.epoch < previous.epoch) throw behind('epoch');
  if (next.pruneGeneration < previous.pruneGeneration) throw behind('pruneGeneration');
}

function behind(field: keyof Head): EvidenceError {
  return new EvidenceError(
    'head-behind',
    'wrong-head',
    `the new head does not follow the current one (${field}); read the head again and build on it`,
    { fields: { field } },
  );
}
