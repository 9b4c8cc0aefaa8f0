import { CofferError, equalBytes } from '@coffer/foundation';

import { backOffMs } from '../back-off';
import { PurgeError } from '../errors';
import type { AcceptedProof, ProvenCiphertext } from '../ports';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { move } from '../transition';
import { changesOf, type StepContext, type StepOutcome } from './step-context';

/** What the worker saw of the ciphertext that a proof lists. */
export type CiphertextSight =
  | { readonly isThere: true; readonly bytesFetched: number }
  | { readonly isThere: false; readonly reason: PurgeReason; readonly bytesFetched: number; readonly error?: unknown };

/** Fetches and compares the ciphertext of every object that is `backed-up`; what several of them share is fetched once. */
export async function proveAll(context: StepContext): Promise<StepOutcome | undefined> {
  const objects = context.record.objects.filter(({ state }) => state === 'backed-up');
  if (objects.length === 0) return undefined;
  const seen = new Map<string, boolean>();
  const changed: PurgeObject[] = [];
  let bytesFetched = 0;
  for (const object of objects) {
    const proof =
      object.sha256 === null
        ? undefined
        : await context.ports.proofs.find(context.lease.accountId, object.sha256, object.found.sizeBytes);
    if (proof === undefined) {
      changed.push(move(object, 'waiting-for-backup', PurgeReason.noProof, { proofId: null }));
      continue;
    }
    const sight = await fetchCiphertext(context, proof, seen);
    bytesFetched += sight.bytesFetched;
    changed.push(sight.isThere ? prove(context, object, proof) : doubt(context, object, sight));
  }
  return { did: 'proved', changes: changesOf(changed), bytesFetched };
}

function prove({ nowMs }: StepContext, object: PurgeObject, { proofId }: AcceptedProof): PurgeObject {
  const patch = { proofId, ciphertextCheckedAtMs: nowMs, provenAtMs: nowMs, attempts: 0, nextAttemptAtMs: null };
  return move(object, 'proven', null, patch);
}

function doubt(
  { nowMs, settings, ports }: StepContext,
  object: PurgeObject,
  sight: CiphertextSight & { readonly isThere: false },
): PurgeObject {
  const attempts = object.attempts + 1;
  const nextAttemptAtMs = nowMs + backOffMs(attempts, sight.error, settings, () => ports.random());
  const patch = { proofId: null, ciphertextCheckedAtMs: null, provenAtMs: null, attempts, nextAttemptAtMs };
  return move(object, 'waiting-for-backup', sight.reason, patch);
}

/**
 * Fetches everything that a proof lists for its item, and compares size and SHA-256.
 *
 * @param seen - `<repository>/<path>/<hash>` of what was compared in this step already, and with which result
 */
export async function fetchCiphertext(
  { ports }: StepContext,
  proof: AcceptedProof,
  seen: Map<string, boolean>,
): Promise<CiphertextSight> {
  let bytesFetched = 0;
  if (proof.ciphertext.length === 0) return { isThere: false, reason: PurgeReason.noProof, bytesFetched };
  for (const listed of proof.ciphertext) {
    const name = `${proof.repositoryId}/${listed.path}/${listed.sha256.join()}`;
    try {
      let isEqual = seen.get(name);
      if (isEqual === undefined) {
        const measured = await ports.repositories.measure(proof.repositoryId, listed.path);
        bytesFetched += measured?.sizeBytes ?? 0;
        isEqual = measured !== undefined && isListed(measured, listed);
        seen.set(name, isEqual);
      }
      if (!isEqual) return { isThere: false, reason: PurgeReason.ciphertextDiffers, bytesFetched };
    } catch (error) {
      return unreadable(error, bytesFetched);
    }
  }
  return { isThere: true, bytesFetched };
}

/** A cheaper look at ciphertext that was compared not long ago: everything is there, in its size. */
export async function lookForCiphertext({ ports }: StepContext, proof: AcceptedProof): Promise<CiphertextSight> {
  for (const listed of proof.ciphertext) {
    try {
      const sizeBytes = await ports.repositories.sizeOf(proof.repositoryId, listed.path);
      if (sizeBytes !== listed.sizeBytes) {
        return { isThere: false, reason: PurgeReason.ciphertextDiffers, bytesFetched: 0 };
      }
    } catch (error) {
      return unreadable(error, 0);
    }
  }
  return { isThere: true, bytesFetched: 0 };
}

function isListed(measured: { sizeBytes: number; sha256: Uint8Array }, listed: ProvenCiphertext): boolean {
  return measured.sizeBytes === listed.sizeBytes && equalBytes(measured.sha256, listed.sha256);
}

/** A repository that cannot be read never leads to a delete. */
function unreadable(error: unknown, bytesFetched: number): CiphertextSight {
  if (!(error instanceof CofferError) || error instanceof PurgeError) throw error;
  return { isThere: false, reason: PurgeReason.ciphertextOutOfReach, bytesFetched, error };
}
