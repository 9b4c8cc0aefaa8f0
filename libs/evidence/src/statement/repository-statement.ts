import { sha256, type SigningSeed } from '@coffer/crypto';
import { equalBytes } from '@coffer/foundation';

import { EvidenceError, type EvidenceReason } from '../errors';
import { bytes, decodeShape, encodeShape, oneOf, record, type Shape } from '../shape';
import { RepositoryPurpose, type RepositoryBodies } from './repository-bodies';
import { repositoryBodyMaximumBytes, repositoryBodyShapes } from './repository-body-shapes';
import { statementMaximumBytes, type SignedStatement } from './signed-statement';
import { signInDomain, verifyInDomain } from './signing-domain';

/** What the signer of a repository statement says besides the body. */
export interface RepositoryStatementFields<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly purpose: P;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
}

/** A repository statement as it was signed. */
export interface RepositoryStatement<
  P extends RepositoryPurpose = RepositoryPurpose,
> extends RepositoryStatementFields<P> {
  readonly v: 1;
  readonly scope: 'repository';
  /** SHA-256 of the body's CBOR. For `head` this is the head hash. */
  readonly bodyHash: Uint8Array;
}

/** What the verifier knows by itself. */
export interface ExpectedRepositoryStatement<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly purpose: P;
  readonly repositoryId: Uint8Array;
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly ownerPublicKey: Uint8Array;
}

/** A statement that held, with its body. */
export interface VerifiedRepositoryStatement<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly statement: RepositoryStatement<P>;
  readonly body: RepositoryBodies[P];
}

const statementShape: Shape<RepositoryStatement> = record<RepositoryStatement>({
  v: oneOf(1),
  scope: oneOf('repository'),
  purpose: oneOf(...Object.values(RepositoryPurpose)),
  repositoryId: bytes(16),
  keyId: bytes(8),
  bodyHash: bytes(32),
});

/** Deterministic CBOR of a statement. @throws EvidenceError `statement-invalid` / `malformed` */
export function encodeRepositoryStatement(statement: RepositoryStatement): Uint8Array<ArrayBuffer> {
  return encodeShape(statementShape, statement, statementMaximumBytes, 'statement-invalid');
}

/** Reads a statement and believes nothing of it. @throws EvidenceError `statement-invalid` / `malformed`, `not-canonical` */
export function decodeRepositoryStatement(encoded: Uint8Array): RepositoryStatement {
  return decodeShape(statementShape, encoded, statementMaximumBytes, 'statement-invalid');
}

/**
 * Bytes of a body: deterministic CBOR; those of `snapshot` are the caller's own and pass through.
 *
 * @throws EvidenceError `statement-invalid` / `malformed`, `too-large`
 */
export function encodeRepositoryBody<P extends RepositoryPurpose>(purpose: P, body: RepositoryBodies[P]): Uint8Array {
  const maximum = repositoryBodyMaximumBytes[purpose];
  if (body instanceof Uint8Array) return limited(body, purpose);
  // The compiler cannot tie the shape to P once `snapshot` is out.
  const shape = repositoryBodyShapes[purpose as 'head'] as (value: unknown, at: string) => object;
  return encodeShape(shape, body, maximum, 'statement-invalid');
}

/** Reads a body and believes nothing of it. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function decodeRepositoryBody<P extends RepositoryPurpose>(
  purpose: P,
  encoded: Uint8Array,
): RepositoryBodies[P] {
  if (purpose === 'snapshot') return limited(encoded, purpose) as RepositoryBodies[P];
  const shape = repositoryBodyShapes[purpose as 'head'] as unknown as Shape<RepositoryBodies[P]>;
  return decodeShape(shape, encoded, repositoryBodyMaximumBytes[purpose], 'statement-invalid');
}

/**
 * Signs what an owner says about a repository.
 *
 * @param ownerSecret - Ed25519 seed of the owner key, 32 bytes
 * @param body - for `snapshot` the bytes of the snapshot body, else the typed body
 * @throws EvidenceError `statement-invalid` / `malformed`, `too-large`
 */
export function signRepositoryStatement<P extends RepositoryPurpose>(
  ownerSecret: SigningSeed,
  fields: RepositoryStatementFields<P>,
  body: RepositoryBodies[P],
): SignedStatement {
  const encodedBody = encodeRepositoryBody(fields.purpose, body);
  const statement = encodeRepositoryStatement({ v: 1, scope: 'repository', ...fields, bodyHash: sha256(encodedBody) });
  return { statement, signature: signInDomain('repository', ownerSecret, statement), body: encodedBody };
}

/**
 * Verifies what an owner said about a repository. A head must also name the same repository and key id in its body.
 *
 * @throws EvidenceError `statement-invalid` with reason `wrong-purpose`, `wrong-repository`, `wrong-key-id`,
 *   `body-mismatch`, `bad-signature`, `malformed`, `not-canonical` or `too-large`
 */
export function verifyRepositoryStatement<P extends RepositoryPurpose>(
  signed: SignedStatement,
  expected: ExpectedRepositoryStatement<P>,
): VerifiedRepositoryStatement<P> {
  const { purpose } = expected;
  const statement = decodeRepositoryStatement(signed.statement);
  if (statement.purpose !== purpose) throw invalid('wrong-purpose', purpose);
  if (!equalBytes(statement.repositoryId, expected.repositoryId)) throw invalid('wrong-repository', purpose);
  if (!equalBytes(statement.keyId, expected.keyId)) throw invalid('wrong-key-id', purpose);
  if (!equalBytes(statement.bodyHash, sha256(limited(signed.body, purpose)))) throw invalid('body-mismatch', purpose);
  if (!verifyInDomain('repository', expected.ownerPublicKey, signed.statement, signed.signature)) {
    throw invalid('bad-signature', purpose);
  }
  const body = decodeRepositoryBody(purpose, signed.body);
  if ('snapshotSha256' in body) {
    if (!equalBytes(body.repositoryId, expected.repositoryId)) throw invalid('wrong-repository', purpose);
    if (!equalBytes(body.keyId, expected.keyId)) throw invalid('wrong-key-id', purpose);
  }
  return { statement: statement as RepositoryStatement<P>, body };
}

function limited(body: Uint8Array, purpose: RepositoryPurpose): Uint8Array {
  if (body.length > repositoryBodyMaximumBytes[purpose]) throw invalid('too-large', purpose);
  return body;
}

const explanations: Partial<Record<EvidenceReason, string>> = {
  'wrong-purpose': 'it was signed for another purpose',
  'wrong-repository': 'it was signed for another repository',
  'wrong-key-id': 'it was signed under another key',
  'bad-signature': 'the signature is not the owner key’s',
  'body-mismatch': 'the body is not the one that was signed',
  'too-large': 'the body is too large',
};

function invalid(reason: EvidenceReason, purpose: RepositoryPurpose): EvidenceError {
  return new EvidenceError('statement-invalid', reason, `statement refused: ${explanations[reason] ?? reason}`, {
    fields: { purpose },
  });
}
