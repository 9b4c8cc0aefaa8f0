import type { AcceptedProof, PurgeJob, PurgeObject } from '@coffer/contracts';
import type { PlaintextIdentity, ProofOfRestorability } from '@coffer/evidence';
import { fromBase64Url } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { VaultDeviceError } from './errors';
import type { OwnerSigner } from './owner-signer';

/** Every plaintext copy that the vault's worker has found for the account. */
export async function listFoundObjects(account: DeviceAccount): Promise<readonly PurgeObject[]> {
  const found: PurgeObject[] = [];
  let cursor: string | undefined;
  do {
    const page = await account.client.listPurgeObjects({ query: cursor === undefined ? {} : { cursor } });
    found.push(...page.objects);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Names a found object as a proof does; undefined while the worker has not hashed it. */
export function plaintextIdentity(object: PurgeObject): PlaintextIdentity | undefined {
  if (object.sha256 === null) return undefined;
  const { provider, location, objectId, version, sizeBytes } = object;
  return { provider, location, objectId, version: version ?? '', sizeBytes, sha256: fromBase64Url(object.sha256) };
}

/**
 * Hands in an owner-signed proof of restorability, made by `proveRestorability` of the engine over the current head.
 *
 * @returns what the vault took in; an object that changed meanwhile is not among it
 * @throws VaultClientError `statement-invalid`, `challenge-spent` …; EvidenceError where the proof names nothing
 */
export async function submitProof(
  account: DeviceAccount,
  signer: OwnerSigner,
  proof: ProofOfRestorability,
): Promise<AcceptedProof> {
  const { nonce, expiresAt } = await account.client.createProofNonce();
  const challenge = { challenge: nonce, expiresAt };
  return account.client.submitProof({ body: await signer.vaultStatement('proof', proof, { challenge }) });
}

/**
 * Starts the purge, or resumes it where it was stopped. The person has consented in a login that is at most five minutes old.
 *
 * @throws VaultClientError `fresh-login-required`
 */
export async function startPurge(account: DeviceAccount, signer: OwnerSigner): Promise<PurgeJob> {
  const body = { consentAtMs: account.clock.nowMs(), graceSeconds: null };
  return account.client.startPurge({ body: await signer.vaultStatement('start-purge', body) });
}

/**
 * Reports that a found copy is no backup, or a damaged one: the vault keeps it, until it is released.
 *
 * @param reason - a word for it: lower-case letters, digits and hyphens, e.g. `not-a-backup`
 * @throws VaultClientError `precondition-failed` where it is gone or nothing that could be kept
 */
export async function reportUnreadable(
  account: DeviceAccount,
  signer: OwnerSigner,
  objectId: string,
  reason: string,
): Promise<PurgeObject> {
  const body = await signer.vaultStatement('quarantine-plaintext', { objectId, reason });
  return account.client.quarantinePurgeObject({ params: { objectId }, body });
}

/**
 * Lets a found copy go without a backup of it: exactly the bytes that the listing names.
 *
 * @throws VaultDeviceError `not-hashed` while the worker has not read it; VaultClientError `checksum-mismatch` where another
 *   copy is there now
 */
export async function releasePlaintext(
  account: DeviceAccount,
  signer: OwnerSigner,
  { objectId, sha256, sizeBytes, modifiedAt }: PurgeObject,
): Promise<PurgeObject> {
  if (sha256 === null) {
    throw new VaultDeviceError(
      'not-hashed',
      'The worker has not read this copy yet. Nothing was released; try again later.',
    );
  }
  const named = { objectId, sha256: fromBase64Url(sha256), sizeBytes, modifiedMs: Date.parse(modifiedAt) };
  const body = await signer.vaultStatement('release-plaintext', named);
  return account.client.releasePurgeObject({ params: { objectId }, body });
}

/** Most bytes of a plaintext object that one owner-signed request asks for. */
const rangeBytes = 8 * 1024 * 1024;

/**
 * The bytes of a found plaintext object, from the operator's side to the device that is to take it in: owner-signed, range by
 * range.
 *
 * @throws VaultClientError `not-found`, `store-unreachable` …
 */
export async function* readPlaintext(
  account: DeviceAccount,
  signer: OwnerSigner,
  object: PurgeObject,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  for (let offset = 0; offset < object.sizeBytes; offset += rangeBytes) {
    const length = Math.min(rangeBytes, object.sizeBytes - offset);
    const statement = await signer.vaultStatement('read-plaintext', { objectId: object.objectId, offset, length });
    const call = { params: { objectId: object.objectId }, statement };
    const { data } = await account.client.getPurgeObjectContent(call, signal === undefined ? {} : { signal });
    for await (const piece of data) yield piece;
  }
}
