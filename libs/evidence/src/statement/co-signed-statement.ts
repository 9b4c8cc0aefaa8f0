import type { SigningSeed } from '@coffer/crypto';
import { fromBase64Url, toBase64Url } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { signedStatementFromJson, signedStatementToJson, type SignedStatement } from './signed-statement';
import { signInDomain, verifyInDomain } from './signing-domain';
import type { VaultBodies } from './vault-bodies';
import {
  signVaultStatement,
  verifyVaultStatement,
  type ExpectedVaultStatement,
  type VaultStatementFields,
  type VerifiedVaultStatement,
} from './vault-statement';

/** Acts by which an owner key hands over to the next one. Their bodies name both keys, so neither signature fits elsewhere. */
export type CoSignedPurpose = 'rotation-record' | 'rotate';

/** A statement of the former owner key that the new one has signed as well: the same bytes, two signatures. */
export interface CoSignedStatement extends SignedStatement {
  /** 64 bytes, Ed25519 by the new owner key. */
  readonly coSignature: Uint8Array;
}

/** The same in JSON: base64url without padding. */
export interface CoSignedStatementText {
  readonly statement: string;
  readonly signature: string;
  readonly coSignature: string;
  readonly body: string;
}

/**
 * Signs an act with the former and the new owner key.
 *
 * @param keys - Ed25519 seeds of 32 bytes
 * @throws EvidenceError `statement-invalid` / `malformed`, `too-large`
 */
export function coSignVaultStatement<P extends CoSignedPurpose>(
  keys: { readonly former: SigningSeed; readonly next: SigningSeed },
  fields: VaultStatementFields<P>,
  body: VaultBodies[P],
): CoSignedStatement {
  const signed = signVaultStatement(keys.former, fields, body);
  return { ...signed, coSignature: signInDomain('vault', keys.next, signed.statement) };
}

/**
 * Verifies both signatures: that of the account's owner key as `verifyVaultStatement` does, and that of the new key which the
 * body names.
 *
 * @throws EvidenceError `statement-invalid` with the reason; `bad-signature` for either
 */
export function verifyCoSignedStatement<P extends CoSignedPurpose>(
  signed: CoSignedStatement,
  expected: ExpectedVaultStatement<P>,
): VerifiedVaultStatement<P> {
  const verified = verifyVaultStatement(signed, expected);
  const { newOwnerPublicKey } = verified.body as { readonly newOwnerPublicKey: Uint8Array };
  if (verifyInDomain('vault', newOwnerPublicKey, signed.statement, signed.coSignature)) return verified;
  throw new EvidenceError(
    'statement-invalid',
    'bad-signature',
    'statement refused: the new owner key has not signed it; nothing was done',
    { fields: { purpose: expected.purpose } },
  );
}

/** The JSON form. */
export function coSignedStatementToJson(signed: CoSignedStatement): CoSignedStatementText {
  return { ...signedStatementToJson(signed), coSignature: toBase64Url(signed.coSignature) };
}

/** Reads the JSON form. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function coSignedStatementFromJson(value: unknown): CoSignedStatement {
  const { coSignature, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const signed = signedStatementFromJson(rest);
  if (typeof coSignature !== 'string' || coSignature.length !== 86) throw malformed();
  try {
    return { ...signed, coSignature: fromBase64Url(coSignature) };
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): EvidenceError {
  return new EvidenceError('statement-invalid', 'malformed', 'coSignature must be 64 bytes as base64url text', {
    ...(cause === undefined ? {} : { cause }),
    fields: { field: 'coSignature' },
  });
}
