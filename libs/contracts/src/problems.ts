import { z } from 'zod';
import { count, instantText } from './text-forms';

/** What a problem code means on the wire. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Whether the same request may succeed later without any change. */
  readonly isRetryable: boolean;
}

const kind = (status: number, title: string, isRetryable = false): ProblemKind => ({ status, title, isRetryable });

/** Every stable problem code of the API with its HTTP status and title (RFC 9457). */
export const problemKinds = {
  malformed: kind(400, 'The request does not have the form that this route expects.'),
  unauthenticated: kind(401, 'No valid access token came with the request.'),
  'token-expired': kind(401, 'The access token has expired.'),
  'fresh-login-required': kind(401, 'This act needs a sign-in that is at most five minutes old.'),
  forbidden: kind(403, 'The access token does not permit this act.'),
  'not-found': kind(404, 'There is no such thing for this account.'),
  'account-owned': kind(409, 'The account has an owner key already.'),
  'wrong-owner-generation': kind(409, 'The statement names another owner generation than the current one.'),
  'statement-invalid': kind(403, 'The signed statement does not verify for this act.'),
  'challenge-spent': kind(409, 'The challenge was used before or has expired.'),
  'head-behind': kind(409, 'The head is behind the one that the vault keeps.'),
  pinned: kind(409, 'An accepted proof relies on one of these objects.'),
  'already-exists': kind(409, 'There is one already, and it is never rewritten.'),
  'rotation-behind': kind(409, 'The account is not what the rotation was prepared for.'),
  'last-keyslot': kind(409, 'No keyslot but passkeys would be left.'),
  'too-large': kind(413, 'The body is larger than the route allows.'),
  'range-invalid': kind(416, 'The range lies outside the object.'),
  'checksum-mismatch': kind(422, 'The bytes do not have the length or hash that was announced.'),
  'grant-invalid': kind(403, 'The storage grant does not permit this act or has expired.'),
  'idempotency-conflict': kind(409, 'The idempotency key was used with other bytes.'),
  'login-conflict': kind(409, 'The login id was used with another first message.'),
  'login-expired': kind(410, 'The login has expired.'),
  'wrong-guess': kind(401, 'The password is wrong.'),
  superseded: kind(401, 'The password record was replaced during this login.'),
  'no-attempts-left': kind(423, 'No guesses are left.'),
  'attempt-too-early': kind(429, 'The next guess is not due yet.'),
  'guesses-vetoed': kind(423, 'The owner of the account has stopped guesses.'),
  'registration-expired': kind(410, 'The registration has expired.'),
  'new-start-not-open': kind(409, 'The new start is not open.'),
  'undo-pending': kind(409, 'The former owner key can still undo the new start.'),
  'too-many-keyslots': kind(409, 'The account has as many passkeys as it may have.'),
  'too-many-registrations': kind(429, 'Too many registrations were opened today.'),
  'vault-sealed': kind(503, 'The vault is sealed: its ledger does not agree with its anchor.'),
  'account-sealed': kind(423, 'The account is sealed: its budget does not agree with its ledger.'),
  'account-closed': kind(410, 'The account is being deleted.'),
  'anchor-behind': kind(503, 'The anchor has not acknowledged in time; nothing was counted.', true),
  'store-unreachable': kind(503, 'The object store does not answer.', true),
  'service-unavailable': kind(503, 'The service cannot answer now.', true),
  'wrong-code': kind(403, 'The code is not the one that was sent to this address.'),
  'too-many-channels': kind(
    409,
    'The account has as many channels of this kind as it may have, or named too many addresses today.',
  ),
  'not-offered': kind(409, 'This deployment does not offer that.'),
  'rate-limited': kind(429, 'Too many requests.', true),
  'precondition-failed': kind(412, 'The precondition of the request does not hold.'),
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** A stable problem code. */
export type ProblemCode = keyof typeof problemKinds;

/** All codes, in the order of the table. */
export const problemCodes = Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]];

/** Media type of every error body (RFC 9457). */
export const problemMediaType = 'application/problem+json';

/** `type` of a problem: a URN that ends in its code. */
export function problemType(code: ProblemCode): string {
  return `urn:coffer:problem:${code}`;
}

/** Body of every error answer. */
export const problemDetails = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(problemCodes),
    /** What happened here, for people: what is safe, and what to do. Never a secret, never content. */
    detail: z.string().optional(),
    requestId: z.string(),
    attemptsRemaining: count.optional(),
    nextAttemptAt: instantText.nullable().optional(),
    retryAfterSeconds: count.optional(),
    /** With `malformed`: which fields, as JSON paths, and what was expected of them. Never their values. */
    fields: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'ProblemDetails' });

/** @see problemDetails */
export type ProblemDetails = z.infer<typeof problemDetails>;
