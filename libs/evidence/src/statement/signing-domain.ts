import { sign, verifySignature, type SigningSeed } from '@coffer/crypto';
import { concatBytes, utf8 } from '@coffer/foundation';

/** What stands before the signed bytes, so that a signature made for one use is none for another. None may repeat. */
export const signingDomains = {
  vault: 'coffer/v1/vault-statement',
  repository: 'coffer/v1/repository-statement',
} as const;

/** Ed25519 over `utf8(domain) || 0x00 || statement`. @returns 64 bytes */
export function signInDomain(
  domain: keyof typeof signingDomains,
  secret: SigningSeed,
  statement: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return sign(secret, signedBytes(domain, statement));
}

/** Whether `signature` is the key's over the statement in that domain. */
export function verifyInDomain(
  domain: keyof typeof signingDomains,
  publicKey: Uint8Array,
  statement: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifySignature(publicKey, signedBytes(domain, statement), signature);
}

function signedBytes(domain: keyof typeof signingDomains, statement: Uint8Array): Uint8Array {
  return concatBytes(utf8(signingDomains[domain]), Uint8Array.of(0), statement);
}
