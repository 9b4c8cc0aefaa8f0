import { fromBase64Url, toBase64Url } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { proofMaximumBytes } from '../proof/proof-of-restorability';

/** An owner-signed act: the statement's CBOR, the Ed25519 signature over it (64 bytes), and the body whose hash it names. */
export interface SignedStatement {
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  readonly body: Uint8Array;
}

/** The same in JSON: base64url without padding. */
export interface SignedStatementText {
  readonly statement: string;
  readonly signature: string;
  readonly body: string;
}

/** Largest statement in bytes; the body has limits of its own. */
export const statementMaximumBytes = 1024;

/** Longest value of the header `Coffer-Statement` in characters. */
export const statementHeaderMaximumCharacters = 8192;

/** The JSON form of a signed statement. */
export function signedStatementToJson(signed: SignedStatement): SignedStatementText {
  return {
    statement: toBase64Url(signed.statement),
    signature: toBase64Url(signed.signature),
    body: toBase64Url(signed.body),
  };
}

/**
 * Reads the JSON form. Lengths are checked before anything is decoded; what the bytes say is for the verifiers.
 *
 * @param maximumBodyBytes - largest body that the caller takes; 16 MiB unless told
 * @throws EvidenceError `statement-invalid` / `malformed`, `too-large`
 */
export function signedStatementFromJson(value: unknown, maximumBodyBytes: number = proofMaximumBytes): SignedStatement {
  if (typeof value !== 'object' || value === null) throw malformed('a signed statement is an object');
  const { statement, signature, body, ...rest } = value as Record<string, unknown>;
  if (Object.keys(rest).length > 0) throw malformed('a signed statement has three fields');
  return {
    statement: part(statement, 'statement', statementMaximumBytes),
    signature: part(signature, 'signature', 64),
    body: part(body, 'body', maximumBodyBytes),
  };
}

/** The value of the header `Coffer-Statement`, for requests without a body: the three parts joined by dots. */
export function encodeStatementHeader(signed: SignedStatement): string {
  const { statement, signature, body } = signedStatementToJson(signed);
  return `${statement}.${signature}.${body}`;
}

/** Reads the header `Coffer-Statement`. @throws EvidenceError `statement-invalid` / `malformed`, `too-large` */
export function decodeStatementHeader(header: string): SignedStatement {
  if (header.length > statementHeaderMaximumCharacters) {
    throw new EvidenceError('statement-invalid', 'too-large', 'the statement header is too long');
  }
  const parts = header.split('.');
  if (parts.length !== 3) throw malformed('a statement header has three parts');
  const [statement, signature, body] = parts;
  return signedStatementFromJson({ statement, signature, body });
}

function part(value: unknown, field: string, maximumBytes: number): Uint8Array<ArrayBuffer> {
  if (typeof value !== 'string') throw malformed(`${field} must be base64url text`, field);
  if (value.length > Math.ceil((maximumBytes * 4) / 3)) {
    throw new EvidenceError('statement-invalid', 'too-large', `${field} has more than ${maximumBytes} bytes`, {
      fields: { field },
    });
  }
  try {
    return fromBase64Url(value);
  } catch (cause) {
    throw new EvidenceError('statement-invalid', 'malformed', `${field} must be base64url text`, {
      cause,
      fields: { field },
    });
  }
}

function malformed(message: string, field?: string): EvidenceError {
  return new EvidenceError('statement-invalid', 'malformed', message, field === undefined ? {} : { fields: { field } });
}
