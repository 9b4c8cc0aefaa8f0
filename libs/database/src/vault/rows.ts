import type {
  AccountRow,
  LoginOutcome,
  LoginRow,
  RecordRow,
  RegistrationPurpose,
  RegistrationRow,
  RegistrationState,
  Sealed,
} from '@coffer/key-vault';

/** Columns of an account as statements name them. */
export interface AccountColumns {
  readonly issuer: string;
  readonly subject: string;
  readonly createdAtMs: number;
  readonly ownerGeneration: number;
  readonly keyId: Uint8Array | null;
  readonly ownerPublicKey: Uint8Array | null;
  readonly sealedReason: string | null;
  readonly closedAtMs: number | null;
}

export function toAccount(accountId: string, row: AccountColumns): AccountRow {
  const { issuer, subject, createdAtMs, ownerGeneration, keyId, ownerPublicKey, sealedReason, closedAtMs } = row;
  return { accountId, issuer, subject, createdAtMs, ownerGeneration, keyId, ownerPublicKey, sealedReason, closedAtMs };
}

/** Columns of an outer join: of the form of a record where there is none. */
export interface RecordColumns {
  readonly hasRecord: boolean;
  readonly recordSerial: number;
  readonly recordKeyslotId: string;
  readonly recordSealed: Uint8Array;
  readonly recordEpoch: number;
}

/** Made before it is known whether it is one, so that accounts with and without take the same time. */
export function toRecord({
  recordSerial,
  recordKeyslotId,
  recordSealed,
  recordEpoch,
  hasRecord,
}: RecordColumns): RecordRow | null {
  const sealed = { epoch: recordEpoch, bytes: recordSealed };
  const record = { serial: recordSerial, keyslotId: recordKeyslotId, sealed };
  return hasRecord ? record : null;
}

/** Columns of an outer join: all NULL where there is no login. */
export interface LoginColumns {
  readonly loginId: string | null;
  readonly registrationId: string | null;
  readonly ke1Hash: Uint8Array;
  readonly loginSerial: number;
  readonly loginAttempt: number;
  readonly loginRemaining: number;
  readonly loginNextGuessAtMs: number | null;
  readonly loginExpiresAtMs: number;
  readonly eventNumber: number;
  readonly ke2: Uint8Array | null;
  readonly stateSealed: Uint8Array | null;
  readonly loginEpoch: number | null;
  readonly outcome: LoginOutcome | null;
  readonly ke3Hash: Uint8Array | null;
  readonly answerSealed: Uint8Array | null;
}

export function toLogin(row: LoginColumns | undefined): LoginRow | null {
  if (row === undefined || row.loginId === null) return null;
  return {
    loginId: row.loginId,
    registrationId: row.registrationId,
    ke1Hash: row.ke1Hash,
    serial: row.loginSerial,
    attempt: row.loginAttempt,
    remaining: row.loginRemaining,
    nextGuessAtMs: row.loginNextGuessAtMs,
    expiresAtMs: row.loginExpiresAtMs,
    eventNumber: row.eventNumber,
    ke2: row.ke2,
    state: toSealed(row.stateSealed, row.loginEpoch),
    outcome: row.outcome,
    ke3Hash: row.ke3Hash,
    answer: toSealed(row.answerSealed, row.loginEpoch),
  };
}

export interface RegistrationColumns {
  readonly registrationId: string;
  readonly purpose: RegistrationPurpose;
  readonly state: RegistrationState;
  readonly serial: number;
  readonly previousSerial: number;
  readonly generation: number;
  readonly idempotencyKey: string;
  readonly requestHash: Uint8Array;
  readonly response: Uint8Array;
  readonly saltSealed: Uint8Array | null;
  readonly recordSealed: Uint8Array | null;
  readonly sealingEpoch: number;
  readonly recordHash: Uint8Array | null;
  readonly ownerPublicKey: Uint8Array | null;
  readonly keyId: Uint8Array | null;
  readonly evaluations: number;
  readonly newStartId: string | null;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
}

export function toRegistration(row: RegistrationColumns | undefined): RegistrationRow | null {
  if (row === undefined) return null;
  const { purpose, saltSealed, recordSealed, sealingEpoch, recordHash, ownerPublicKey, keyId, ...rest } = row;
  const record = toSealed(recordSealed, sealingEpoch);
  const isPending = record !== null && recordHash !== null && ownerPublicKey !== null && keyId !== null;
  return {
    ...rest,
    salt: toSealed(saltSealed, sealingEpoch),
    pending: isPending ? { purpose, record, recordHash, ownerPublicKey, keyId } : null,
  };
}

function toSealed(bytes: Uint8Array | null, epoch: number | null): Sealed | null {
  return bytes === null || epoch === null ? null : { epoch, bytes };
}
