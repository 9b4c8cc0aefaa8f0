import {
  certificateDetails,
  hashAccount,
  hashCertificateBody,
  hashPath,
  type CertificateBody,
  type CertificateObject,
  type CertificateRetained,
} from '@coffer/evidence';

import type { CertificateSigner, SignedCertificate } from '../ports';
import type { PurgeListing } from '../purge-job';
import type { PurgeObject } from '../purge-object';
import { certifiable, certificateListings } from './certificate-listings';
import { changesOf, type StepContext, type StepOutcome } from './step-context';

/** Most objects of one certificate; more are certified by the next ones. */
const mostObjects = 10_000;

/** Signs what was seen: the objects that are gone, the listings that do not show them, and what is still there. */
export async function certify(context: StepContext): Promise<StepOutcome | undefined> {
  const { record, ports, nowMs, lease } = context;
  const purged = certifiable(context).slice(0, mostObjects);
  if (purged.length === 0) return undefined;
  const { listings, lookAt } = certificateListings(context);
  if (lookAt !== undefined) return undefined;
  const retained = record.objects.filter(({ state }) => state !== 'purged');
  const body = certificateBody(context, purged, listings, retained);
  const certificate: SignedCertificate = {
    certificateId: body.purgeId,
    body,
    note: await ports.signer.sign(body),
    bodyHash: hashCertificateBody(body),
    names: [...purged, ...retained].map(({ found }) => found.path),
  };
  const objects = purged.map((object) => ({ ...object, certificateId: body.purgeId }));
  const job = { ...record.job, accountId: lease.accountId, purgeId: ports.newId(), startedAtMs: null, listings: [] };
  const events = [{ kind: 'certificate', atMs: nowMs, details: certificateDetails(body) } as const];
  const notices = [{ kind: 'purge-finished', atMs: nowMs, objectId: null } as const];
  return { did: 'certified', changes: { ...changesOf(objects, { job, events, notices }), certificate } };
}

function certificateBody(
  { record, ports, nowMs, lease }: StepContext,
  purged: readonly PurgeObject[],
  listings: readonly PurgeListing[],
  retained: readonly PurgeObject[],
): CertificateBody {
  const { signer } = ports;
  const finishedAtMs = Math.max(nowMs, ...listings.map(({ atMs }) => atMs));
  return {
    v: 1,
    vaultId: signer.vaultId,
    accountHash: hashAccount(signer.vaultId, lease.accountId),
    purgeId: record.job.purgeId,
    startedAtMs: Math.min(record.job.startedAtMs ?? nowMs, finishedAtMs),
    finishedAtMs,
    objects: purged.map((object) => goneCopy(object, signer)),
    listings: listings.map(({ provider, atMs, requestId, found }) => ({ provider, atMs, requestId, found })),
    retained: retained.map((object) => stayingCopy(object, signer)),
  };
}

function saltedPath(path: string, signer: CertificateSigner): { pathSalt: Uint8Array; pathHash: Uint8Array } {
  const pathSalt = signer.newPathSalt();
  return { pathSalt, pathHash: hashPath(pathSalt, path) };
}

function goneCopy({ found, sha256, deletion }: PurgeObject, signer: CertificateSigner): CertificateObject {
  return {
    provider: found.provider,
    ...saltedPath(found.path, signer),
    sizeBytes: found.sizeBytes,
    sha256,
    version: found.version,
    kind: found.kind,
    outcome: deletion?.outcome ?? 'already-gone',
    proofHash: deletion?.proofHash ?? null,
    deletedAtMs: deletion?.atMs ?? null,
    requestId: deletion?.requestId ?? '',
  };
}

function stayingCopy({ found, state, dueAtMs }: PurgeObject, signer: CertificateSigner): CertificateRetained {
  return {
    provider: found.provider,
    ...saltedPath(found.path, signer),
    sizeBytes: found.sizeBytes,
    version: found.version,
    kind: found.kind,
    reason: state,
    untilMs: state === 'locked-until' ? dueAtMs : null,
  };
}
