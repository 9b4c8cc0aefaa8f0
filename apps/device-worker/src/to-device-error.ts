import { BackupEngineError, type BackupEngineErrorCode } from '@coffer/backup-engine';
import { BackupFormatError } from '@coffer/backup-format';
import { ChatFormatError } from '@coffer/chat-formats';
import { ChatModelError } from '@coffer/chat-model';
import { CryptoError } from '@coffer/crypto';
import { DeviceCryptoError, type DeviceCryptoErrorCode } from '@coffer/device-crypto';
import { DeviceError, type DeviceErrorCode } from '@coffer/device-protocol';
import { EvidenceError } from '@coffer/evidence';
import { ObjectStoreError } from '@coffer/object-store';
import { VaultClientError, type VaultClientErrorCode } from '@coffer/vault-client';
import { LedgerError, VaultDeviceError } from '@coffer/vault-device';

/** What any failure below the device means to the page. What is not known stays as it is, and becomes a bare `failed`. */
export function toDeviceError(error: unknown): unknown {
  if (error instanceof VaultClientError) return fromVault(error);
  if (error instanceof ObjectStoreError) return fromStore(error);
  if (error instanceof BackupEngineError) return fromEngine(error);
  if (error instanceof BackupFormatError) {
    return error.code.startsWith('unsupported')
      ? new DeviceError('unsupported-format', error.message, { cause: error })
      : damaged(error);
  }
  if (error instanceof DeviceCryptoError) return fromCrypto(error);
  if (error instanceof VaultDeviceError) {
    return new DeviceError(accountCodes[error.code] ?? 'wrong-key', error.message, { cause: error });
  }
  if (error instanceof LedgerError) {
    const { code, message, isRetryable } = error;
    return new DeviceError(code, message, { cause: error, isRetryable });
  }
  if (error instanceof CryptoError) {
    // Argon2id parameters outside the range that is built in: a server that asks for less, or for far too much.
    return new DeviceError('server-changed', 'the server asks for other work than is allowed', { cause: error });
  }
  if (error instanceof ChatFormatError) {
    return new DeviceError(fileCodes[error.code], error.message, { cause: error });
  }
  // what a browser says of a file that is not there any more, or has changed since it was chosen
  if (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')) {
    return new DeviceError('unreadable', 'the file can no longer be read', { cause: error });
  }
  if (error instanceof EvidenceError || error instanceof ChatModelError) return damaged(error);
  return error;
}

const accountCodes: Partial<Record<VaultDeviceError['code'], DeviceErrorCode>> = {
  'deployment-changed': 'server-changed',
  'no-keyslot': 'no-passkey',
  'not-rotated': 'unavailable',
};

const fileCodes: Readonly<Record<ChatFormatError['code'], DeviceErrorCode>> = {
  'not-a-backup': 'not-a-backup',
  'unsupported-format': 'unsupported-format',
  'key-required': 'key-required',
  'invalid-key': 'malformed-key',
  'wrong-key': 'wrong-key',
  damaged: 'damaged',
  'damaged-checksum': 'damaged',
  'invalid-time-zone': 'refused',
  'no-chats': 'no-chats',
  'too-large': 'too-large',
  'disk-full': 'too-large',
};

const vaultCodes: Partial<Record<VaultClientErrorCode, DeviceErrorCode>> = {
  unreachable: 'offline',
  'timed-out': 'offline',
  aborted: 'cancelled',
  unauthenticated: 'signed-out',
  'token-expired': 'signed-out',
  'fresh-login-required': 'sign-in-too-old',
  'wrong-guess': 'wrong-guess',
  'attempt-too-early': 'attempt-too-early',
  'guesses-vetoed': 'guesses-vetoed',
  'no-attempts-left': 'no-attempts-left',
  'last-keyslot': 'last-keyslot',
  'too-many-keyslots': 'too-many-keyslots',
  'rate-limited': 'throttled',
  'not-found': 'not-found',
  'service-unavailable': 'unavailable',
  'store-unreachable': 'unavailable',
  'anchor-behind': 'unavailable',
  'vault-sealed': 'unavailable',
  'account-sealed': 'unavailable',
  'unexpected-response': 'unavailable',
  'login-expired': 'unavailable',
  'login-conflict': 'unavailable',
  superseded: 'unavailable',
  'wrong-owner-generation': 'key-changed',
  'account-owned': 'key-exists',
  'new-start-not-open': 'new-start-not-open',
  'undo-pending': 'undo-pending',
  'too-many-registrations': 'too-many-registrations',
  'registration-expired': 'unavailable',
  'account-closed': 'account-closed',
  'wrong-code': 'wrong-code',
  'already-exists': 'already-exists',
  'too-many-channels': 'too-many-channels',
  'not-offered': 'not-offered',
  malformed: 'refused',
};

function fromVault(error: VaultClientError): DeviceError {
  const { attemptsRemaining, nextAttemptAt, retryAfterSeconds, isRetryable } = error;
  const code = vaultCodes[error.code] ?? 'failed';
  return new DeviceError(code, error.message, {
    cause: error,
    isRetryable,
    fields: {
      ...(attemptsRemaining === undefined ? {} : { attemptsRemaining }),
      ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      ...(code === 'unavailable' || code === 'throttled' ? { retryAfterSeconds: retryAfterSeconds ?? null } : {}),
    },
  });
}

function fromStore(error: ObjectStoreError): DeviceError {
  if (error.cause instanceof VaultClientError) return fromVault(error.cause);
  if (error.code === 'unreachable') {
    return new DeviceError('offline', 'the store was not reached', { cause: error, isRetryable: true });
  }
  return new DeviceError(error.code === 'not-found' ? 'not-found' : 'failed', error.message, { cause: error });
}

const engineCodes: Partial<Record<BackupEngineErrorCode, DeviceErrorCode>> = {
  'wrong-key': 'wrong-key',
  'key-rotated': 'wrong-key',
  'no-repository': 'not-found',
  'no-snapshot': 'not-found',
  'not-found': 'not-found',
  damaged: 'damaged',
  'missing-object': 'damaged',
  'head-rolled-back': 'damaged',
};

function fromEngine(error: BackupEngineError): DeviceError {
  const code = engineCodes[error.code] ?? 'failed';
  return code === 'damaged' ? damaged(error) : new DeviceError(code, error.message, { cause: error });
}

const cryptoCodes: Partial<Record<DeviceCryptoErrorCode, DeviceErrorCode>> = {
  'wrong-key': 'wrong-key',
  'illegal-character': 'malformed-key',
  'wrong-digit-count': 'malformed-key',
  'row-check-failed': 'malformed-key',
  'invalid-password': 'malformed-password',
  'wrong-passkey': 'wrong-passkey',
  'server-key-mismatch': 'server-changed',
  'unsupported-version': 'unsupported-format',
};

function fromCrypto(error: DeviceCryptoError): DeviceError {
  const code = cryptoCodes[error.code];
  return code === undefined ? damaged(error) : new DeviceError(code, error.message, { cause: error });
}

function damaged(cause: Error): DeviceError {
  return new DeviceError('damaged', 'the backup is damaged; nothing of what is damaged was shown', { cause });
}
