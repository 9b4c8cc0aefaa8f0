import { ObjectStoreError, type ObjectStoreErrorCode } from '@coffer/object-store';

import { VaultClientError, type VaultClientErrorCode } from './client-error';

const storeCodes: Partial<Record<VaultClientErrorCode, ObjectStoreErrorCode>> = {
  'not-found': 'not-found',
  'already-exists': 'already-exists',
  'checksum-mismatch': 'checksum-mismatch',
  'range-invalid': 'invalid-range',
  'too-large': 'access-denied',
  unauthenticated: 'access-denied',
  'token-expired': 'access-denied',
  'fresh-login-required': 'access-denied',
  forbidden: 'access-denied',
  'grant-invalid': 'access-denied',
  'statement-invalid': 'access-denied',
  'challenge-spent': 'access-denied',
  'wrong-owner-generation': 'access-denied',
  'account-sealed': 'access-denied',
};

/** The store's word for what a call to the vault ended with. Errors of anything else pass as they are. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof VaultClientError)) return error;
  return new ObjectStoreError(storeCodes[error.code] ?? 'unreachable', error.message, { cause: error });
}
