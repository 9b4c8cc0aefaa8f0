import { sha256, signingPublicKey, type SigningSeed } from '@coffer/crypto';
import { concatBytes, EncodingError, equalBytes, fromHex, requireBytes, toHex, utf8 } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { fromBase64, toBase64 } from './base64';

/** A public key that signs notes (C2SP signed-note, Ed25519). */
export interface NoteVerifier {
  readonly name: string;
  /** First 4 bytes of SHA-256(name || 0x0a || 0x01 || public key). */
  readonly keyHash: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A key that signs notes. */
export interface NoteSigner {
  readonly name: string;
  /** Ed25519 seed, 32 bytes. */
  readonly secret: SigningSeed;
}

// Signature type of Ed25519 in C2SP signed-note.
const ed25519Type = Uint8Array.of(1);

/** Longest key name in characters. */
const nameMaximumCharacters = 256;

/**
 * The verifier of a public key under a name.
 *
 * @param publicKey - 32 bytes
 * @throws EvidenceError `note-invalid` / `malformed` where the name is empty, too long, or has a space or a plus sign
 */
export function noteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  requireBytes(publicKey, 32, 'publicKey');
  if (!isKeyName(name)) throw malformed('a key name has no spaces and no plus sign');
  const keyHash = sha256(concatBytes(utf8(`${name}\n`), ed25519Type, publicKey)).slice(0, 4);
  return { name, keyHash, publicKey };
}

/** The verifier that belongs to a signer. @throws EvidenceError as `noteVerifier` */
export function noteVerifierOf(signer: NoteSigner): NoteVerifier {
  return noteVerifier(signer.name, signingPublicKey(signer.secret));
}

/** Text of a verifier key: `<name>+<key hash in hex>+<base64 of 0x01 || public key>`, as deployment.json has it. */
export function encodeVerifierKey(verifier: NoteVerifier): string {
  const key = toBase64(concatBytes(ed25519Type, verifier.publicKey));
  return `${verifier.name}+${toHex(verifier.keyHash)}+${key}`;
}

/**
 * Reads the text of a verifier key.
 *
 * @throws EvidenceError `note-invalid` / `malformed`: no such text, another algorithm than Ed25519, or a hash that does not
 *   belong to name and key
 */
export function parseVerifierKey(text: string): NoteVerifier {
  // Base64 may have a plus sign of its own, a name may not: the first two separate.
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  if (match === null) throw malformed('a verifier key reads name+hash+base64');
  const [, name, hashHex, base64] = match;
  const key = decode(base64!);
  if (key[0] !== ed25519Type[0]) throw malformed('only Ed25519 keys are known');
  const verifier = noteVerifier(name!, key.slice(1));
  if (!equalBytes(verifier.keyHash, fromHex(hashHex!))) {
    throw malformed('the hash in the verifier key does not belong to its name and key');
  }
  return verifier;
}

/** Whether a text may be the name of a key: not empty, no white space, no plus sign, no control character. */
export function isKeyName(name: string): boolean {
  return name.length <= nameMaximumCharacters && /^[^\s+\p{Cc}\p{Cs}]+$/u.test(name);
}

function decode(base64: string): Uint8Array {
  try {
    const key = fromBase64(base64);
    return requireBytes(key, 33, 'verifier key');
  } catch (cause) {
    if (cause instanceof EncodingError) throw malformed('the verifier key is no base64 of 33 bytes', cause);
    throw cause;
  }
}

function malformed(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError('note-invalid', 'malformed', message, cause === undefined ? {} : { cause });
}
