import { toBase64Url } from '@coffer/foundation';
import { PasskeyError, type PasskeyErrorCode } from './passkey-error';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a passkey gave: whoever takes it hands it to the device, and keeps nothing. */
export interface Evaluation {
  readonly credentialId: Bytes;
  /** 32 bytes, secret. */
  readonly prfOutput: Bytes;
}

/** A passkey that may be asked, and what it is evaluated at. */
export interface Askable {
  readonly credentialId: Bytes;
  /** 32 bytes, public. */
  readonly prfInput: Bytes;
}

/** What a new passkey is made for. */
export interface NewPasskey {
  readonly rpId: string;
  /** User handle, 16 bytes. */
  readonly userId: Bytes;
  /** Shown by the browser beside the passkey. */
  readonly userName: string;
  /** 32 bytes, public. */
  readonly prfInput: Bytes;
  /** Credential ids whose authenticators are not to make another one. */
  readonly known: readonly Bytes[];
}

/** Ed25519, ECDSA with P-256, RSA (COSE): whatever the authenticator has, for its signatures are not used. */
const algorithms = [-8, -7, -257];

/** Whether this browser has passkeys at all. */
export function hasPasskeys(): boolean {
  return typeof window !== 'undefined' && 'PublicKeyCredential' in window;
}

/**
 * Has the browser make a passkey whose PRF can be evaluated (WebAuthn level 3, section 10.1.4). The person is always verified: an
 * authenticator's PRF without verification is another one.
 *
 * @returns `prfOutput` is null where the authenticator evaluates only when it is asked again
 * @throws PasskeyError
 */
export async function makePasskey(
  request: NewPasskey,
  signal: AbortSignal,
): Promise<{ readonly credentialId: Bytes; readonly prfOutput: Bytes | null }> {
  await requirePrfOfBrowser();
  const { rpId, userId, userName, prfInput, known } = request;
  const credential = await asked(() =>
    navigator.credentials.create({
      signal,
      publicKey: {
        rp: { id: rpId, name: 'Coffer' },
        user: { id: userId, name: userName, displayName: userName },
        challenge: unusedChallenge(),
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: known.map((id) => ({ type: 'public-key', id })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
        extensions: { prf: { eval: { first: prfInput } } },
      },
    }),
  );
  const { prf } = credential.getClientExtensionResults();
  if (prf?.enabled !== true && prf?.results === undefined) throw noPrf();
  return { credentialId: new Uint8Array(credential.rawId), prfOutput: outputOf(prf) };
}

/**
 * Has one of these passkeys evaluated, whichever the person chooses.
 *
 * @throws PasskeyError
 */
export async function evaluatePasskey(
  rpId: string,
  passkeys: readonly Askable[],
  signal: AbortSignal,
): Promise<Evaluation> {
  const evalByCredential = Object.fromEntries(
    passkeys.map(({ credentialId, prfInput }) => [toBase64Url(credentialId), { first: prfInput }] as const),
  );
  const credential = await asked(() =>
    navigator.credentials.get({
      signal,
      publicKey: {
        rpId,
        challenge: unusedChallenge(),
        allowCredentials: passkeys.map(({ credentialId: id }) => ({ type: 'public-key', id })),
        userVerification: 'required',
        extensions: { prf: { evalByCredential } },
      },
    }),
  );
  const prfOutput = outputOf(credential.getClientExtensionResults().prf);
  if (prfOutput === null) throw noPrf();
  return { credentialId: new Uint8Array(credential.rawId), prfOutput };
}

/** Nobody verifies what the passkey signs: what counts is the secret that it gives. */
function unusedChallenge(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** Where the browser itself says that it has no PRF, no passkey is made that would be of no use. */
async function requirePrfOfBrowser(): Promise<void> {
  if (!hasPasskeys()) throw new PasskeyError('unsupported', 'this browser has no passkeys');
  if (!('getClientCapabilities' in PublicKeyCredential)) return;
  const capabilities = await PublicKeyCredential.getClientCapabilities();
  if (capabilities['extension:prf'] === false) throw noPrf();
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!hasPasskeys()) throw new PasskeyError('unsupported', 'this browser has no passkeys');
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : '';
    throw new PasskeyError(codes[name] ?? 'unsupported', 'the browser gave no passkey', { cause });
  }
  if (credential instanceof PublicKeyCredential) return credential;
  throw new PasskeyError('cancelled', 'the browser gave no passkey');
}

/** Names of DOMException (WebAuthn level 3, sections 5.1.3 and 5.1.4); any other says that it cannot be done here. */
const codes: Readonly<Record<string, PasskeyErrorCode>> = {
  NotAllowedError: 'cancelled',
  AbortError: 'cancelled',
  InvalidStateError: 'known',
};

function outputOf(prf: AuthenticationExtensionsPRFOutputs | undefined): Bytes | null {
  const first = prf?.results?.first;
  if (first === undefined) return null;
  const bytes = first instanceof ArrayBuffer ? new Uint8Array(first) : null;
  if (bytes?.length !== 32) throw noPrf();
  return bytes;
}

function noPrf(): PasskeyError {
  return new PasskeyError('no-prf', 'this authenticator gives no secret to seal a backup with');
}
