import { decodeRegistrationRecord, randomBytes, type RegistrationRecord } from '@coffer/crypto';
import { decodeCbor, encodeCbor, requireBytes } from '@coffer/foundation';
import { SealerError } from './errors';
import type { SealingContext } from './ports/key-sealer';
import type { Ksf } from './policy';

/** What a password record seals. */
export interface PasswordRecord {
  /** 32 bytes: the salt under which the OPRF is evaluated. */
  readonly salt: Uint8Array;
  readonly record: RegistrationRecord;
  /** The backup key under the export key; opaque to the vault. */
  readonly sealedBackupKey: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly ksf: Ksf;
}

/** Bytes of a password record as `KeySealer` seals it, with parameters of key stretching that the policy asks for. */
export const sealedRecordBytes = 450;

/** CBOR of a record, to be sealed. */
export function encodePasswordRecord(record: PasswordRecord): Uint8Array {
  const { salt, keyId, sealedBackupKey, ksf } = record;
  const { memoryKiB, iterations, parallelism } = ksf;
  return encodeCbor({
    salt,
    record: record.record,
    sealedBackupKey,
    keyId,
    ksf: { algorithm: ksf.algorithm, memoryKiB, iterations, parallelism },
  });
}

/** Reads what `encodePasswordRecord` wrote. @throws SealerError `does-not-open` on anything else */
export function decodePasswordRecord(bytes: Uint8Array): PasswordRecord {
  const { salt, record, sealedBackupKey, keyId, ksf } = decodeCbor(bytes) as Readonly<Record<string, unknown>>;
  if (typeof ksf !== 'object' || ksf === null) throw new SealerError('does-not-open', 'a record has no KSF parameters');
  return {
    salt: requireBytes(salt, 32, 'salt'),
    // Decoded before it was sealed, and by the OPAQUE library whenever it is used: a group element takes a tenth of a millisecond.
    record: requireBytes(record, 192, 'record') as RegistrationRecord,
    sealedBackupKey: requireBytes(sealedBackupKey, undefined, 'sealedBackupKey'),
    keyId: requireBytes(keyId, 8, 'keyId'),
    ksf: { ...(ksf as Ksf) },
  };
}

/** The dummy record in the form, and of the size, of a real one. */
export function dummyRecordBytes(record: Uint8Array, ksf: Ksf): Uint8Array {
  return encodePasswordRecord({
    salt: new Uint8Array(32),
    record: decodeRegistrationRecord(record),
    sealedBackupKey: randomBytes(72),
    keyId: randomBytes(8),
    ksf,
  });
}

/** What an active record is bound to. */
export function activeRecordContext(account: string, serial: number, keyslotId: string): SealingContext {
  return { account, serial, table: 'password_records', stateVersion: 2, facts: { keyslotId } };
}

/** What a pending record is bound to: it does not open as an active one. */
export function pendingRecordContext(account: string, serial: number, registrationId: string): SealingContext {
  return { account, serial, table: 'registrations', stateVersion: 1, facts: { registrationId } };
}

/** What the salt of an open registration is bound to. */
export function registrationSaltContext(account: string, serial: number, registrationId: string): SealingContext {
  return { account, serial, table: 'registrations', stateVersion: 0, facts: { registrationId } };
}

/** What a login state is bound to (docs/protocol.md, "Recovery", 4). */
export function loginStateContext(
  account: string,
  login: {
    readonly loginId: string;
    readonly serial: number;
    readonly attempt: number;
    readonly expiresAtMs: number;
  },
): SealingContext {
  const { loginId, serial, attempt, expiresAtMs } = login;
  return { account, serial, table: 'logins', stateVersion: 1, facts: { loginId, attempt, expiresAtMs } };
}

/** What the kept answer of a finished login is bound to. */
export function loginAnswerContext(account: string, loginId: string, serial: number): SealingContext {
  return { account, serial, table: 'logins', stateVersion: 2, facts: { loginId } };
}
