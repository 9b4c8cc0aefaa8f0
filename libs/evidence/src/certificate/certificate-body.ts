import { sha256 } from '@coffer/crypto';
import { concatBytes, requireBytes, utf8 } from '@coffer/foundation';

import {
  bytes,
  decodeShape,
  encodeShape,
  instantMs,
  list,
  nullable,
  oneOf,
  record,
  slug,
  text,
  uuid,
  where,
  whole,
  type Shape,
} from '../shape';
import {
  CertificateOutcome,
  type CertificateBody,
  type CertificateListing,
  type CertificateObject,
  type CertificateRetained,
} from './deletion-certificate';

/** Most objects, and most retained copies, of one certificate; a purge of more writes several. */
export const certificateMaximumObjects = 10_000;

const bodyMaximumBytes = 5 * 1024 * 1024;

const objectShape: Shape<CertificateObject> = where(
  record<CertificateObject>({
    provider: slug,
    pathHash: bytes(32),
    pathSalt: bytes(16),
    sizeBytes: whole(),
    sha256: nullable(bytes(32)),
    version: text(1024, 0),
    kind: slug,
    outcome: oneOf(...Object.values(CertificateOutcome)),
    proofHash: nullable(bytes(32)),
    deletedAtMs: nullable(instantMs),
    requestId: text(256, 0),
  }),
  ({ outcome, deletedAtMs }) =>
    (outcome === CertificateOutcome.deleted) === (deletedAtMs !== null)
      ? undefined
      : 'an object has a time of deletion exactly where it was deleted',
);

const listingShape = record<CertificateListing>({
  provider: slug,
  atMs: instantMs,
  requestId: text(256, 0),
  found: whole(),
});

const retainedShape = record<CertificateRetained>({
  provider: slug,
  pathHash: bytes(32),
  pathSalt: bytes(16),
  sizeBytes: whole(),
  version: text(1024, 0),
  kind: slug,
  reason: slug,
  untilMs: nullable(instantMs),
});

const bodyShape: Shape<CertificateBody> = where(
  record<CertificateBody>({
    v: oneOf(1),
    vaultId: bytes(16),
    accountHash: bytes(32),
    purgeId: uuid,
    startedAtMs: instantMs,
    finishedAtMs: instantMs,
    objects: list(objectShape, certificateMaximumObjects),
    listings: list(listingShape, 1000),
    retained: list(retainedShape, certificateMaximumObjects),
  }),
  overclaim,
);

/**
 * A certificate says that objects are gone from a provider only where it looked there twice after its last delete, and saw
 * nothing but what it lists as retained.
 */
function overclaim(body: CertificateBody): string | undefined {
  if (body.finishedAtMs < body.startedAtMs) return 'it ends before it starts';
  for (const provider of new Set(body.objects.map((object) => object.provider))) {
    const deletes = body.objects
      .filter((object) => object.provider === provider)
      .map((object) => object.deletedAtMs ?? 0);
    const lastDeleteMs = deletes.reduce((latest, atMs) => Math.max(latest, atMs), 0);
    const retained = body.retained.filter((copy) => copy.provider === provider).length;
    const later = body.listings.filter((listing) => listing.provider === provider && listing.atMs >= lastDeleteMs);
    if (later.length < 2) return 'a provider was not listed twice after its last delete';
    if (later.some((listing) => listing.found > retained)) return 'a listing found more than is listed as retained';
  }
  return undefined;
}

/** Deterministic CBOR of a body. @throws EvidenceError `certificate-invalid` / `malformed`, `too-large` */
export function encodeCertificateBody(body: CertificateBody): Uint8Array<ArrayBuffer> {
  return encodeShape(bodyShape, body, bodyMaximumBytes, 'certificate-invalid');
}

/** Reads a body and believes nothing of it. @throws EvidenceError `certificate-invalid` / `malformed`, `not-canonical` */
export function decodeCertificateBody(encoded: Uint8Array): CertificateBody {
  return decodeShape(bodyShape, encoded, bodyMaximumBytes, 'certificate-invalid');
}

/** SHA-256 of a body's CBOR: what the ledger event `certificate` carries. @returns 32 bytes */
export function hashCertificateBody(body: CertificateBody): Uint8Array<ArrayBuffer> {
  return sha256(encodeCertificateBody(body));
}

/** `details` of the ledger event `certificate`. */
export function certificateDetails(body: CertificateBody): {
  readonly purgeId: string;
  readonly bodyHash: Uint8Array<ArrayBuffer>;
} {
  return { purgeId: body.purgeId, bodyHash: hashCertificateBody(body) };
}

/** Salted hash of a clear path: SHA-256(salt || UTF-8 of the path). @param salt - 16 random bytes, one per object */
export function hashPath(salt: Uint8Array, path: string): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(requireBytes(salt, 16, 'salt'), utf8(path)));
}

/** What stands for an account in a certificate: SHA-256(`coffer/v1/certificate-account` || 0x00 || vault id || account). */
export function hashAccount(vaultId: Uint8Array, account: string): Uint8Array<ArrayBuffer> {
  const label = utf8('coffer/v1/certificate-account');
  return sha256(concatBytes(label, Uint8Array.of(0), requireBytes(vaultId, 16, 'vaultId'), utf8(account)));
}
