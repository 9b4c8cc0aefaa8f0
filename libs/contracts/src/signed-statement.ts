import { z } from 'zod';
import { limits } from './limits';
import { base64UrlBetween, base64UrlOf } from './text-forms';

/** Purposes of owner-signed statements (docs/wire.md, "Statements"). The first group has `vault` scope. */
export const statementPurposes = [
  'activate-digits',
  'activate-passkey',
  'register-password',
  'password-record',
  'password-confirm',
  'remove-keyslot',
  'guess-veto',
  'cancel-new-start',
  'undo-new-start',
  'cancel-deletion',
  'delete-account',
  'rotation-record',
  'rotate',
  'key-check',
  'create-repository',
  'remove-repository',
  'create-grant',
  'delete-objects',
  'proof',
  'release-pin',
  'start-purge',
  'resume-purge',
  'read-plaintext',
  'release-plaintext',
  'quarantine-plaintext',
  'head',
] as const;

/** @see statementPurposes */
export type StatementPurpose = (typeof statementPurposes)[number];

/**
 * An owner-signed act: the statement's deterministic CBOR, its Ed25519 signature (64 bytes) and the CBOR of the body that
 * the statement names by hash. libs/evidence makes and verifies them.
 */
export const signedStatement = z
  .strictObject({
    statement: base64UrlBetween(1, 1024),
    signature: base64UrlOf(64),
    body: base64UrlBetween(1, limits.largeJsonBytes),
  })
  .meta({ id: 'SignedStatement' });

/** @see signedStatement */
export type SignedStatement = z.infer<typeof signedStatement>;

/** Name of the header that carries a statement where the request has no body (GET and DELETE). */
export const statementHeaderName = 'coffer-statement';

/** `<statement>.<signature>.<body>` in the header `Coffer-Statement`. */
export const statementHeaderText = z
  .string()
  .max(limits.statementHeaderCharacters)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}\.[A-Za-z0-9_-]+$/, '<statement>.<signature>.<body> expected');

/** The header's text for a statement. */
export function toStatementHeader(signed: SignedStatement): string {
  return `${signed.statement}.${signed.signature}.${signed.body}`;
}

/** Reads the header's text; `undefined` where it is no statement. */
export function fromStatementHeader(text: string): SignedStatement | undefined {
  const [statement, signature, body, ...rest] = text.split('.');
  if (rest.length > 0) return undefined;
  const parsed = signedStatement.safeParse({ statement, signature, body });
  return parsed.success ? parsed.data : undefined;
}
