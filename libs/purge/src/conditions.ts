import { equalBytes } from '@coffer/foundation';

import { holdsBackup } from './found-object';
import type { AcceptedProof } from './ports';
import type { AccountStanding } from './purge-job';
import { PurgeReason, type PurgeObject } from './purge-object';
import type { PurgeSettings } from './settings';
import { isReported } from './transition';

/** Everything that the four conditions are evaluated on; all of it read at the same moment. */
export interface ConditionInput {
  readonly object: PurgeObject;
  /** The accepted proof of the object's bytes, as the store of proofs has it now. */
  readonly proof: AcceptedProof | undefined;
  readonly standing: AccountStanding;
  readonly nowMs: number;
  readonly settings: Pick<PurgeSettings, 'hashMaxAgeMs'>;
}

/** What is missing of each condition; all empty: the object may go, once its grace is over. */
export interface ConditionReport {
  readonly holds: boolean;
  /** 1: its very bytes are in the encrypted backup. */
  readonly exactBytes: readonly PurgeReason[];
  /** 2: the ciphertext is there. */
  readonly ciphertext: readonly PurgeReason[];
  /** 3: a proven keyslot opens it; the proof is by the current key. */
  readonly keys: readonly PurgeReason[];
  /** 4: the person agreed, and the owner key started it. */
  readonly mandate: readonly PurgeReason[];
}

/**
 * Evaluates the four conditions of docs/purge.md. A release stands in for 1 and 2; markers and parts of uploads hold no backup
 * and have only 3 and 4. Pure: asks nobody, believes only what is in `input`.
 */
export function evaluateConditions(input: ConditionInput): ConditionReport {
  const needsProof = holdsBackup(input.object.found.kind) && !isReleased(input.object, input.standing);
  const exactBytes = holdsBackup(input.object.found.kind) ? missingBytes(input, needsProof) : [];
  const ciphertext = needsProof ? missingCiphertext(input) : [];
  const keys = missingKeys(input.standing, needsProof ? input.proof : undefined);
  const mandate = missingMandate(input.standing);
  const holds = [exactBytes, ciphertext, keys, mandate].every((missing) => missing.length === 0);
  return { holds, exactBytes, ciphertext, keys, mandate };
}

/** Whether the person released exactly these bytes, by the current owner key. */
export function isReleased(object: PurgeObject, standing: AccountStanding): boolean {
  const { release, found, sha256 } = object;
  return (
    release !== null &&
    sha256 !== null &&
    equalBytes(release.sha256, sha256) &&
    release.sizeBytes === found.sizeBytes &&
    release.modifiedMs === found.modifiedMs &&
    release.ownerGeneration === standing.ownerGeneration
  );
}

/** Condition 4 alone. @returns reasons, the gravest first */
export function missingMandate(standing: AccountStanding): readonly PurgeReason[] {
  const { mandate, lastKeyEventAtMs } = standing;
  const missing: PurgeReason[] = [];
  if (mandate.stoppedAtMs !== null) missing.push(PurgeReason.stoppedByPerson);
  if (standing.isSealed) missing.push(PurgeReason.accountSealed);
  if (standing.isNewStartPending) missing.push(PurgeReason.newStartPending);
  if (mandate.consentAtMs === null) missing.push(PurgeReason.noConsent);
  if (mandate.start === null) missing.push(PurgeReason.notStarted);
  else {
    const isBefore = lastKeyEventAtMs !== null && mandate.start.atMs <= lastKeyEventAtMs;
    const isByOther = mandate.start.ownerGeneration !== standing.ownerGeneration;
    if (isBefore || isByOther) missing.push(PurgeReason.startedBeforeKeyEvent);
  }
  return missing;
}

/** Condition 3 alone. @param proof - undefined where no proof is needed */
export function missingKeys(standing: AccountStanding, proof: AcceptedProof | undefined): readonly PurgeReason[] {
  const missing: PurgeReason[] = [];
  if (standing.ownerGeneration < 1 || standing.provenKeyslots < 1) missing.push(PurgeReason.noProvenKeyslot);
  const isOfOtherKey =
    proof !== undefined && (proof.keyIdHex !== standing.keyIdHex || proof.ownerGeneration !== standing.ownerGeneration);
  if (isOfOtherKey) missing.push(PurgeReason.keyChanged);
  return missing;
}

function missingBytes(input: ConditionInput, needsProof: boolean): readonly PurgeReason[] {
  const { object, proof } = input;
  if (object.sha256 === null || isTooOld(object.hashedAtMs, input)) return [PurgeReason.hashTooOld];
  if (!needsProof) return [];
  if (isReported(object)) return [PurgeReason.unreadableByDevice];
  const isOfTheseBytes =
    proof !== undefined &&
    equalBytes(proof.sha256, object.sha256) &&
    proof.sizeBytes === object.found.sizeBytes &&
    proof.proofId === object.proofId;
  return isOfTheseBytes ? [] : [PurgeReason.noProof];
}

function missingCiphertext(input: ConditionInput): readonly PurgeReason[] {
  const isChecked = !isTooOld(input.object.ciphertextCheckedAtMs, input);
  // A proof that lists nothing proves nothing.
  const isListed = input.proof !== undefined && input.proof.ciphertext.length > 0;
  return isChecked && isListed ? [] : [PurgeReason.ciphertextOutOfReach];
}

function isTooOld(atMs: number | null, { nowMs, settings }: ConditionInput): boolean {
  return atMs === null || atMs + settings.hashMaxAgeMs <= nowMs;
}
