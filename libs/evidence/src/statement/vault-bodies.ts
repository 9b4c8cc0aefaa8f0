import type { ProofOfRestorability } from '../proof/proof-of-restorability';
import type { PasskeyWrap, RotationBody } from '../rotation/rotation-body';

/** What an owner key asks of a vault (docs/wire.md, "Statements"). */
export const VaultPurpose = {
  activateDigits: 'activate-digits',
  activatePasskey: 'activate-passkey',
  registerPassword: 'register-password',
  passwordRecord: 'password-record',
  passwordConfirm: 'password-confirm',
  removeKeyslot: 'remove-keyslot',
  guessVeto: 'guess-veto',
  cancelNewStart: 'cancel-new-start',
  undoNewStart: 'undo-new-start',
  cancelDeletion: 'cancel-deletion',
  deleteAccount: 'delete-account',
  rotationRecord: 'rotation-record',
  rotate: 'rotate',
  keyCheck: 'key-check',
  createRepository: 'create-repository',
  removeRepository: 'remove-repository',
  createGrant: 'create-grant',
  deleteObjects: 'delete-objects',
  proof: 'proof',
  releasePin: 'release-pin',
  startPurge: 'start-purge',
  resumePurge: 'resume-purge',
  readPlaintext: 'read-plaintext',
  releasePlaintext: 'release-plaintext',
  quarantinePlaintext: 'quarantine-plaintext',
} as const;
export type VaultPurpose = (typeof VaultPurpose)[keyof typeof VaultPurpose];

/** Parameters of Argon2id; the accepted range is 64-256 MiB, 3-10 passes, 1-4 lanes (docs/protocol.md). */
export interface KsfParameters {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** Body of `activate-digits`. */
export interface ActivateDigitsBody {
  /** 32 bytes, Ed25519. On a first claim the statement is verified with this very key. */
  readonly ownerPublicKey: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly kind: 'digits';
}

/** Body of `activate-passkey`: a wrap of the account's backup key that was opened again with a second evaluation. */
export interface ActivatePasskeyBody extends PasskeyWrap {
  /** 8 bytes. */
  readonly keyId: Uint8Array;
}

/** Body of `register-password`. */
export interface RegisterPasswordBody {
  /** 32 bytes: the OPAQUE registration request. */
  readonly registrationRequest: Uint8Array;
}

/** Body of `password-record`. */
export interface PasswordRecordBody {
  readonly registrationId: string;
  /** 32 bytes, Ed25519. On a first claim the statement is verified with this very key. */
  readonly ownerPublicKey: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** 192 bytes: the OPAQUE record. */
  readonly record: Uint8Array;
  /** The backup key, sealed under the export key; 40-512 bytes. */
  readonly sealedBackupKey: Uint8Array;
  readonly ksf: KsfParameters;
}

/** Body of `password-confirm`. */
export interface PasswordConfirmBody {
  readonly registrationId: string;
  readonly loginId: string;
  /** SHA-256 of KE1. */
  readonly ke1Hash: Uint8Array;
}

/** Body of `remove-keyslot`. */
export interface RemoveKeyslotBody {
  readonly keyslotId: string;
}

/** Longest guess veto in seconds: 72 hours. It may be renewed. */
export const maximumVetoSeconds = 72 * 3600;

/** Body of `guess-veto`. */
export interface GuessVetoBody {
  /** How long from now on no guess is taken, by the vault's clock; 0 lifts the veto. At most `maximumVetoSeconds`. */
  readonly seconds: number;
}

/** Body of `cancel-new-start` and `undo-new-start`; the latter is signed by the former owner key, under its generation. */
export interface NewStartBody {
  readonly newStartId: string;
}

/** Body of `delete-account` and `cancel-deletion`. */
export interface AccountDeletionBody {
  /** The deletion: chosen by the device that asks for it, named by the one that cancels it. */
  readonly deletionId: string;
}

/** Body of `remove-repository`. */
export interface RemoveRepositoryBody {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** How many pinned items are given up with it: what a purge or a certificate relies on does not go unnoticed. */
  readonly pins: number;
}

/** Body of `rotation-record`: the password record of a backup key that is to take the place of the current one. */
export interface RotationRecordBody extends PasswordRecordBody {
  /** 32 bytes: the owner key of the new backup key, which co-signs. `ownerPublicKey` is the current one, `keyId` the new one. */
  readonly newOwnerPublicKey: Uint8Array;
}

/** Body of `key-check`: a device says how the person did who was asked for the account's secret. It says nothing of the secret. */
export interface KeyCheckBody {
  /** What was asked for. */
  readonly kind: 'digits' | 'password';
  readonly outcome: 'passed' | 'failed';
}

/** Body of `create-repository`. */
export interface CreateRepositoryBody {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
}

/** Body of `create-grant`. */
export interface CreateGrantBody {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
}

/** Body of `delete-objects`: done only while `headHash` is the repository's head. */
export interface DeleteObjectsBody {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 32 bytes. */
  readonly headHash: Uint8Array;
  readonly pruneGeneration: number;
  /** Relative to the repository; 1-10,000, none twice. */
  readonly paths: readonly string[];
}

/** Body of `release-pin`: the person gives up one item that a purge or a certificate relies on. */
export interface ReleasePinBody {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  readonly snapshotId: string;
  readonly itemPath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
}

/** Body of `start-purge` and `resume-purge`. */
export interface PurgeConsentBody {
  readonly consentAtMs: number;
  /** null: the deployment's default. */
  readonly graceSeconds: number | null;
}

/** Body of `read-plaintext`: a range of a found plaintext object. */
export interface ReadPlaintextBody {
  readonly objectId: string;
  readonly offset: number;
  readonly length: number;
}

/** Body of `release-plaintext`: the person lets a plaintext object go without a backup of it. */
export interface ReleasePlaintextBody {
  readonly objectId: string;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Body of `quarantine-plaintext`: the device found that this is no backup, or a damaged one. */
export interface QuarantinePlaintextBody {
  readonly objectId: string;
  readonly reason: string;
}

/** The body that goes with each purpose. */
export interface VaultBodies {
  readonly 'activate-digits': ActivateDigitsBody;
  readonly 'activate-passkey': ActivatePasskeyBody;
  readonly 'register-password': RegisterPasswordBody;
  readonly 'password-record': PasswordRecordBody;
  readonly 'password-confirm': PasswordConfirmBody;
  readonly 'remove-keyslot': RemoveKeyslotBody;
  readonly 'guess-veto': GuessVetoBody;
  readonly 'cancel-new-start': NewStartBody;
  readonly 'undo-new-start': NewStartBody;
  readonly 'cancel-deletion': AccountDeletionBody;
  readonly 'delete-account': AccountDeletionBody;
  readonly 'rotation-record': RotationRecordBody;
  readonly rotate: RotationBody;
  readonly 'key-check': KeyCheckBody;
  readonly 'create-repository': CreateRepositoryBody;
  readonly 'remove-repository': RemoveRepositoryBody;
  readonly 'create-grant': CreateGrantBody;
  readonly 'delete-objects': DeleteObjectsBody;
  readonly proof: ProofOfRestorability;
  readonly 'release-pin': ReleasePinBody;
  readonly 'start-purge': PurgeConsentBody;
  readonly 'resume-purge': PurgeConsentBody;
  readonly 'read-plaintext': ReadPlaintextBody;
  readonly 'release-plaintext': ReleasePlaintextBody;
  readonly 'quarantine-plaintext': QuarantinePlaintextBody;
}
