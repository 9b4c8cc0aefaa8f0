import type { FoundObject } from './found-object';
import type { PurgeState } from './states';

/** Why an object is where it is; shown to the person and to staff. null where the state says it all. */
export const PurgeReason = {
  noProof: 'no-proof',
  ciphertextOutOfReach: 'ciphertext-out-of-reach',
  ciphertextDiffers: 'ciphertext-differs',
  otherRowsOfPath: 'other-rows-of-path',
  uploadMayBeRunning: 'upload-may-be-running',
  noProvenKeyslot: 'no-proven-keyslot',
  keyChanged: 'key-changed',
  hashTooOld: 'hash-too-old',
  versionChanged: 'version-changed',
  noConsent: 'no-consent',
  notStarted: 'not-started',
  newStartPending: 'new-start-pending',
  startedBeforeKeyEvent: 'started-before-key-event',
  accountSealed: 'account-sealed',
  stoppedByPerson: 'stopped-by-person',
  graceRunning: 'grace-running',
  locked: 'locked',
  unreadableByRule: 'unreadable-by-rule',
  unreadableByDevice: 'unreadable-by-device',
  keptByProvider: 'kept-by-provider',
  cameBack: 'came-back',
  released: 'released',
  alreadyGone: 'already-gone',
  throttled: 'throttled',
  unreachable: 'unreachable',
  accessDenied: 'access-denied',
  endpointRefused: 'endpoint-refused',
  tooManyTries: 'too-many-tries',
} as const;
export type PurgeReason = (typeof PurgeReason)[keyof typeof PurgeReason];

/** An owner-signed `release-plaintext`: this object may go without a backup. Verified by the vault before it is stored. */
export interface PlaintextRelease {
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Owner generation that signed it; void once the owner key changes. */
  readonly ownerGeneration: number;
}

/**
 * An owner-signed `quarantine-plaintext`: a device found that these bytes are no backup, or a damaged one. It speaks of the bytes
 * that were there when it came, and outlives everything but a release: a new version, a return, a retry.
 */
export interface DeviceReport {
  /** The version that was reported. */
  readonly version: string;
  /** Its hash, 32 bytes; null while the worker has made none. */
  readonly sha256: Uint8Array | null;
  /** The device's word for it, e.g. `not-a-backup`. */
  readonly reason: string;
}

/** How an object came to be gone. */
export interface Deletion {
  readonly outcome: 'deleted' | 'already-gone';
  /** When the provider said so; null for `already-gone`. */
  readonly atMs: number | null;
  /** The provider's id of the request that said so. */
  readonly requestId: string;
  /** Hash of the accepted proof that the delete relied on, 32 bytes; null where released, for markers, and `already-gone`. */
  readonly proofHash: Uint8Array | null;
}

/** One row of a purge: one copy of a plaintext backup and what became of it. */
export interface PurgeObject {
  /** UUIDv7; the `objectId` of REST and of proofs. */
  readonly objectId: string;
  /** Raised by one with every stored change; a change is stored only over the revision it was computed from. 0: never stored. */
  readonly revision: number;
  readonly found: FoundObject;
  readonly state: PurgeState;
  readonly reason: PurgeReason | null;
  /** SHA-256 of the bytes of `found.version`, 32 bytes, by the worker's own reading. */
  readonly sha256: Uint8Array | null;
  readonly hashedAtMs: number | null;
  /** The accepted proof that names these bytes. */
  readonly proofId: string | null;
  /** When the worker last fetched and compared all ciphertext that the proof lists for it. */
  readonly ciphertextCheckedAtMs: number | null;
  /** When it became `proven`; grace counts from here or from the start, whichever is later. */
  readonly provenAtMs: number | null;
  /** End of grace or of a lock; what screens show as due. */
  readonly dueAtMs: number | null;
  readonly release: PlaintextRelease | null;
  /** What a device said of these bytes, or of others that were here before. */
  readonly report: DeviceReport | null;
  readonly deletion: Deletion | null;
  /** First listing after the delete that did not show it. */
  readonly firstAbsentAtMs: number | null;
  /** Purge id of the certificate that names it; null until then. */
  readonly certificateId: string | null;
  /** Tries in a row that failed. */
  readonly attempts: number;
  /** Not before this instant, after a failed try. */
  readonly nextAttemptAtMs: number | null;
}
