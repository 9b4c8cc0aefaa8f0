import type * as Pkcs11 from 'pkcs11js';
import { SealerError } from '@coffer/key-vault';

/** The package that speaks PKCS#11 (v2.40) to a vendor's library. */
export type Binding = typeof Pkcs11;

/** An error of the token: `message` is the name of its CKR_ code. */
export interface TokenFault {
  readonly message: string;
  readonly code: number;
}

/**
 * Loads the package. It is optional, for it is built from source at installation and key files need none of it.
 *
 * @throws SealerError `token-refused` where it is not there
 */
export async function loadBinding(): Promise<Binding> {
  try {
    const loaded = (await import('pkcs11js')) as Binding & { readonly default?: Binding };
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new SealerError(
      'token-refused',
      'The package pkcs11js, which speaks to HSMs, is not there. It is built when it is installed: run "npm ci" where a C++ compiler, make and Python 3 are (Debian: apt-get install g++ make python3), or seal with key files (COFFER_SEALER=key-file). Nothing was changed.',
      { cause },
    );
  }
}

/** The name of the CKR_ code that something thrown carries; undefined where it is no fault of the token. */
export function faultName(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return error.message.startsWith('CKR_') ? error.message : undefined;
}

/** Reasons to connect anew and try once more: the way to the token, or what was opened over it, is gone. */
const lostWays: ReadonlySet<string> = new Set([
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_DEVICE_REMOVED',
  'CKR_DEVICE_ERROR',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
  'CKR_SLOT_ID_INVALID',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_OPERATION_ACTIVE',
  'CKR_OPERATION_NOT_INITIALIZED',
  'CKR_FUNCTION_FAILED',
]);

/** Whether connecting anew may mend it. */
export function isLostWay(error: unknown): boolean {
  const name = faultName(error);
  return name !== undefined && lostWays.has(name);
}

/**
 * What tokens answer when a ciphertext is not authentic. SoftHSM says CKR_GENERAL_ERROR, which may mean anything: whoever
 * gets it finds out by a round trip whether the key still works.
 */
const notAuthentic: ReadonlySet<string> = new Set([
  'CKR_ENCRYPTED_DATA_INVALID',
  'CKR_ENCRYPTED_DATA_LEN_RANGE',
  'CKR_AEAD_DECRYPT_FAILED',
  'CKR_DATA_INVALID',
  'CKR_SIGNATURE_INVALID',
  'CKR_GENERAL_ERROR',
]);

/** Whether the token may have meant that a ciphertext is not authentic. */
export function mayMeanTampering(error: unknown): boolean {
  const name = faultName(error);
  return name !== undefined && notAuthentic.has(name);
}

/** Faults that no waiting mends: somebody has to change the token or the configuration. */
const refusals: Readonly<Record<string, string>> = {
  CKR_PIN_INCORRECT:
    'the PIN is wrong; it is not tried again, for a token locks itself after a few wrong ones. Correct COFFER_PKCS11_PIN_FILE and start anew',
  CKR_PIN_LOCKED: 'the token has locked its PIN; its security officer has to set a new one',
  CKR_PIN_EXPIRED: 'the PIN has expired; set a new one on the token',
  CKR_PIN_LEN_RANGE: 'the PIN has a length that the token does not take',
  CKR_USER_PIN_NOT_INITIALIZED: 'the token has no user PIN yet; its security officer has to set one',
  CKR_MECHANISM_INVALID: 'the token does not offer the mechanism; see docs/operations/hsm.md',
  CKR_MECHANISM_PARAM_INVALID: 'the token does not take the parameters of the mechanism; see docs/operations/hsm.md',
  CKR_KEY_FUNCTION_NOT_PERMITTED:
    'a key of that label is there but must not be used for this; it was not made by Coffer',
  CKR_TOKEN_WRITE_PROTECTED: 'the token is write-protected',
  CKR_DEVICE_MEMORY: 'the token is full',
};

/** The project's error for whatever the token or its library threw. */
export function toSealerError(error: unknown, doing: string): SealerError {
  if (error instanceof SealerError) return error;
  const name = faultName(error);
  const refusal = name === undefined ? undefined : refusals[name];
  const fields = { fault: name ?? null };
  if (refusal !== undefined) {
    return new SealerError('token-refused', `${doing}: ${refusal} (${name ?? ''}).`, { cause: error, fields });
  }
  return new SealerError(
    'unavailable',
    `${doing}: the token does not answer (${name ?? 'its library failed'}). Nothing was sealed or opened; it is tried again with the next request.`,
    { cause: error, fields },
  );
}
