import { sha256 } from '@coffer/crypto';
import { equalBytes } from '@coffer/foundation';

import {
  areDistinct,
  bytes,
  decodeShape,
  encodeShape,
  instantMs,
  list,
  objectName,
  objectPath,
  oneOf,
  record,
  slug,
  text,
  where,
  whole,
  type Shape,
} from '../shape';

/** What the snapshot holds, as the device counted it while it validated. */
export interface ProofCounts {
  readonly objects: number;
  readonly bytes: number;
  readonly files: number;
  readonly conversations: number;
  readonly messages: number;
}

/** An object of the repository that was fetched, hashed and opened; all are sealed but `config`. */
export interface ProofObject {
  /** Relative to the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the sealed bytes, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** What tells one plaintext object, in one version, from every other. */
export interface PlaintextIdentity {
  readonly provider: string;
  readonly location: string;
  /** As the list of found objects names it. */
  readonly objectId: string;
  /** Version, revision or ETag: exactly one is proven. Empty where the provider has none. */
  readonly version: string;
  readonly sizeBytes: number;
  /** SHA-256 of the plaintext object, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** One plaintext object, and the snapshot item that gives its very bytes back. */
export interface ProofItem extends PlaintextIdentity {
  readonly itemPath: string;
  /** Ascending indexes into the proof's `objects`: everything that the item needs, all of it read. */
  readonly objects: readonly number[];
}

/** Body of the vault statement `proof` (docs/wire.md). */
export interface ProofOfRestorability {
  readonly v: 1;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly headHash: Uint8Array;
  readonly snapshotId: string;
  /** 1-100: how much of the snapshot was read; what `items` need was read whole in any case. */
  readonly samplePercent: number;
  readonly createdAtMs: number;
  readonly counts: ProofCounts;
  readonly objects: readonly ProofObject[];
  readonly items: readonly ProofItem[];
}

/** Largest proof in bytes: fits, as base64url in JSON, into the vault's limit of 32 MiB a request. */
export const proofMaximumBytes = 16 * 1024 * 1024;

const objectShape = record<ProofObject>({ path: objectPath, sizeBytes: whole(1), sha256: bytes(32) });

const itemShape = record<ProofItem>({
  provider: slug,
  location: text(2048),
  objectId: text(4096),
  version: text(1024, 0),
  sizeBytes: whole(),
  sha256: bytes(32),
  itemPath: text(4096),
  objects: list(whole(), 200_000, 1),
});

export const proofShape: Shape<ProofOfRestorability> = where(
  record<ProofOfRestorability>({
    v: oneOf(1),
    repositoryId: bytes(16),
    keyId: bytes(8),
    headHash: bytes(32),
    snapshotId: objectName,
    samplePercent: whole(1, 100),
    createdAtMs: instantMs,
    counts: record<ProofCounts>({
      objects: whole(),
      bytes: whole(),
      files: whole(),
      conversations: whole(),
      messages: whole(),
    }),
    objects: list(objectShape, 200_000, 1),
    items: list(itemShape, 10_000),
  }),
  problemOf,
);

function problemOf(proof: ProofOfRestorability): string | undefined {
  if (!areDistinct(proof.objects.map((object) => object.path))) return 'an object is listed twice';
  if (!areDistinct(proof.items.map((item) => plaintextKey(item)))) return 'an item is listed twice';
  for (const item of proof.items) {
    let before = -1;
    for (const index of item.objects) {
      if (index <= before || index >= proof.objects.length) return 'object indexes must ascend within the list';
      before = index;
    }
  }
  return undefined;
}

// JSON of a list of texts: no two different lists have the same one.
function plaintextKey(item: PlaintextIdentity): string {
  return JSON.stringify([item.provider, item.location, item.objectId, item.version]);
}

/** Deterministic CBOR of a proof. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function encodeProof(proof: ProofOfRestorability): Uint8Array<ArrayBuffer> {
  return encodeShape(proofShape, proof, proofMaximumBytes, 'statement-invalid');
}

/** Reads a proof. @throws EvidenceError `statement-invalid` / `malformed`, `not-canonical`, `too-large` */
export function decodeProof(encoded: Uint8Array): ProofOfRestorability {
  return decodeShape(proofShape, encoded, proofMaximumBytes, 'statement-invalid');
}

/** SHA-256 of the proof's CBOR: what a deletion certificate names. It equals the statement's `bodyHash`. */
export function proofHash(proof: ProofOfRestorability): Uint8Array<ArrayBuffer> {
  return sha256(encodeProof(proof));
}

/** The item of a proof that speaks of a plaintext object, with the sealed objects that it rests on. */
export interface ProofCoverage {
  readonly item: ProofItem;
  readonly objects: readonly ProofObject[];
}

/**
 * Finds what a proof says about one plaintext object. Provider, location, id, version, size and hash must all be equal:
 * "newer" is not "contains".
 *
 * @returns undefined where the proof says nothing about exactly these bytes
 */
export function proofCoverage(proof: ProofOfRestorability, found: PlaintextIdentity): ProofCoverage | undefined {
  const key = plaintextKey(found);
  const item = proof.items.find((candidate) => plaintextKey(candidate) === key);
  if (item === undefined || item.sizeBytes !== found.sizeBytes || !equalBytes(item.sha256, found.sha256))
    return undefined;
  return { item, objects: item.objects.map((index) => proof.objects[index]!) };
}
