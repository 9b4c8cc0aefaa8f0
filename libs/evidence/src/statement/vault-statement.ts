import { sha256, type SigningSeed } from '@coffer/crypto';
import { equalBytes } from '@coffer/foundation';

import { EvidenceError, type EvidenceReason } from '../errors';
import { bytes, decodeShape, encodeShape, instantMs, oneOf, record, uuid, whole, type Shape } from '../shape';
import { statementMaximumBytes, type SignedStatement } from './signed-statement';
import { signInDomain, verifyInDomain } from './signing-domain';
import { vaultBodyMaximumBytes, vaultBodyShapes } from './vault-body-shapes';
import { VaultPurpose, type VaultBodies } from './vault-bodies';

/** What the signer of a vault statement says besides the body. */
export interface VaultStatementFields<P extends VaultPurpose = VaultPurpose> {
  readonly purpose: P;
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** UUIDv7. */
  readonly account: string;
  /** Owner generation under which the statement is made; 1 on a first claim. */
  readonly generation: number;
  /** Serial of the password record that the act is about; 0 where it is about none. */
  readonly serial: number;
  /** Serial of the record that it replaces; 0 where there is none. */
  readonly previousSerial: number;
  /** 32 bytes, from the vault, single-use. */
  readonly challenge: Uint8Array;
  readonly expiresAtMs: number;
}

/** A vault statement as it was signed. */
export interface VaultStatement<P extends VaultPurpose = VaultPurpose> extends VaultStatementFields<P> {
  readonly v: 1;
  readonly scope: 'vault';
  /** SHA-256 of the body's CBOR. */
  readonly bodyHash: Uint8Array;
}

/** What the verifier knows by itself. Each given field must be met exactly. */
export interface ExpectedVaultStatement<P extends VaultPurpose = VaultPurpose> {
  readonly purpose: P;
  readonly vaultId: Uint8Array;
  readonly account: string;
  readonly generation: number;
  /**
   * 32 bytes: the account's owner key; a body that carries an owner key must carry this one. `'carried'`, for
   * `activate-digits` and `password-record` on a first claim only, verifies with the key in the body.
   */
  readonly ownerPublicKey: Uint8Array | 'carried';
  readonly nowMs: number;
  readonly challenge?: Uint8Array;
  readonly serial?: number;
  readonly previousSerial?: number;
}

/** A statement that held, with its body. */
export interface VerifiedVaultStatement<P extends VaultPurpose = VaultPurpose> {
  readonly statement: VaultStatement<P>;
  readonly body: VaultBodies[P];
}

const statementShape: Shape<VaultStatement> = record<VaultStatement>({
  v: oneOf(1),
  scope: oneOf('vault'),
  purpose: oneOf(...Object.values(VaultPurpose)),
  vaultId: bytes(16),
  account: uuid,
  generation: whole(1),
  serial: whole(),
  previousSerial: whole(),
  challenge: bytes(32),
  expiresAtMs: instantMs,
  bodyHash: bytes(32),
});

/** Deterministic CBOR of a statement. @throws EvidenceError `statement-invalid` / `malformed` */
export function encodeVaultStatement(statement: VaultStatement): Uint8Array<ArrayBuffer> {
  return encodeShape(statementShape, statement, statementMaximumBytes, 'statement-invalid');
}

/** Reads a statement and believes nothing of it. @throws EvidenceError `statement-invalid` / `malformed`, `not-canonical` */
export function decodeVaultStatement(encoded: Uint8Array): VaultStatement {
  return decodeShape(statementShape, encoded, statementMaximumBytes, 'statement-invalid');
}

/** Deterministic CBOR of a body. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function encodeVaultBody<P extends VaultPurpose>(purpose: P, body: VaultBodies[P]): Uint8Array<ArrayBuffer> {
  return encodeShape(vaultBodyShapes[purpose], body, vaultBodyMaximumBytes(purpose), 'statement-invalid');
}

/** Reads a body and believes nothing of it. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function decodeVaultBody<P extends VaultPurpose>(purpose: P, encoded: Uint8Array): VaultBodies[P] {
  return decodeShape(vaultBodyShapes[purpose], encoded, vaultBodyMaximumBytes(purpose), 'statement-invalid');
}

/**
 * Signs an act that a vault is asked to do.
 *
 * @param ownerSecret - Ed25519 seed of the owner key, 32 bytes
 * @throws EvidenceError `statement-invalid` / `malformed`, `too-large` where a field is out of its limits
 */
export function signVaultStatement<P extends VaultPurpose>(
  ownerSecret: SigningSeed,
  fields: VaultStatementFields<P>,
  body: VaultBodies[P],
): SignedStatement {
  const encodedBody = encodeVaultBody(fields.purpose, body);
  const statement = encodeVaultStatement({ v: 1, scope: 'vault', ...fields, bodyHash: sha256(encodedBody) });
  return { statement, signature: signInDomain('vault', ownerSecret, statement), body: encodedBody };
}

/**
 * Verifies an owner-signed act: right purpose, vault, account, generation, (if given) serials and challenge, not expired, the
 * body is the one that was signed, and the signature is the owner's. That the challenge was issued and is unspent is for the
 * caller to settle in its database.
 *
 * @throws EvidenceError `statement-invalid` with the reason; a wrong purpose is never told apart from a statement of another
 *   scope by its signature, which does not verify under this domain
 */
export function verifyVaultStatement<P extends VaultPurpose>(
  signed: SignedStatement,
  expected: ExpectedVaultStatement<P>,
): VerifiedVaultStatement<P> {
  const statement = decodeVaultStatement(signed.statement);
  const reason = mismatch(statement, expected);
  if (reason !== undefined) throw invalid(reason, expected.purpose);
  if (!equalBytes(statement.bodyHash, sha256(limited(signed.body, expected.purpose)))) {
    throw invalid('body-mismatch', expected.purpose);
  }
  const carried = expected.ownerPublicKey === 'carried' ? carriedKey(expected.purpose, signed.body) : undefined;
  const publicKey = carried ?? (expected.ownerPublicKey as Uint8Array);
  if (!verifyInDomain('vault', publicKey, signed.statement, signed.signature)) {
    throw invalid('bad-signature', expected.purpose);
  }
  const body = decodeVaultBody(expected.purpose, signed.body);
  if ('ownerPublicKey' in body && !equalBytes(body.ownerPublicKey, publicKey)) {
    throw invalid('wrong-key', expected.purpose);
  }
  return { statement: statement as VaultStatement<P>, body };
}

function mismatch(statement: VaultStatement, expected: ExpectedVaultStatement): EvidenceReason | undefined {
  if (statement.purpose !== expected.purpose) return 'wrong-purpose';
  if (!equalBytes(statement.vaultId, expected.vaultId)) return 'wrong-vault';
  if (statement.account !== expected.account) return 'wrong-account';
  if (statement.generation !== expected.generation) return 'wrong-generation';
  if (expected.serial !== undefined && statement.serial !== expected.serial) return 'wrong-serial';
  if (expected.previousSerial !== undefined && statement.previousSerial !== expected.previousSerial) {
    return 'wrong-serial';
  }
  if (expected.challenge !== undefined && !equalBytes(statement.challenge, expected.challenge)) {
    return 'wrong-challenge';
  }
  return expected.nowMs >= statement.expiresAtMs ? 'expired' : undefined;
}

// Hashing is cheap, but not free: an oversized body is refused before it is hashed.
function limited(body: Uint8Array, purpose: VaultPurpose): Uint8Array {
  if (body.length > vaultBodyMaximumBytes(purpose)) throw invalid('too-large', purpose);
  return body;
}

function carriedKey(purpose: VaultPurpose, body: Uint8Array): Uint8Array {
  if (purpose !== 'activate-digits' && purpose !== 'password-record') {
    // Any other body carries no key, and would else verify with whatever key its signer likes.
    throw invalid('wrong-key', purpose);
  }
  return decodeVaultBody(purpose, body).ownerPublicKey;
}

const explanations: Partial<Record<EvidenceReason, string>> = {
  'wrong-purpose': 'it was signed for another purpose',
  'wrong-vault': 'it was signed for another vault',
  'wrong-account': 'it was signed for another account',
  'wrong-generation': 'it was signed under another owner generation',
  'wrong-serial': 'it speaks of another password record',
  'wrong-challenge': 'it answers another challenge',
  'wrong-key': 'it carries another owner key than the account has',
  expired: 'it has expired; ask for a new challenge and sign again',
  'bad-signature': 'the signature is not the owner key’s',
  'body-mismatch': 'the body is not the one that was signed',
  'too-large': 'the body is too large',
};

function invalid(reason: EvidenceReason, purpose: VaultPurpose): EvidenceError {
  return new EvidenceError(
    'statement-invalid',
    reason,
    `statement refused: ${explanations[reason] ?? reason}; nothing was done`,
    { fields: { purpose } },
  );
}
