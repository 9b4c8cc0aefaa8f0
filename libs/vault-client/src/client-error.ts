import type { ProblemCode, ProblemDetails } from '@coffer/contracts';
import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What a call can end with: a problem code of the API, or what the client itself saw.
 *
 * - `unreachable`: no answer. Where the route is not idempotent the act may have been done.
 * - `timed-out`: no answer, or no further byte of it, in time. As above.
 * - `aborted`: the caller's AbortSignal.
 * - `invalid-request`: the input does not follow the contract; nothing was sent.
 * - `unexpected-response`: the answer does not follow the contract; nothing of it may be believed.
 */
export type VaultClientErrorCode =
  ProblemCode | 'unreachable' | 'timed-out' | 'aborted' | 'invalid-request' | 'unexpected-response';

/** What the vault said beside the code; undefined where it said nothing. */
export interface ProblemFacts {
  /** HTTP status; undefined where no answer came. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attemptsRemaining?: number | undefined;
  /** RFC 3339; null where the next guess is due at once or never. */
  readonly nextAttemptAt?: string | null | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A call to the vault did not succeed. `code` is stable; `message` is for people and holds no secret and no content. */
export class VaultClientError extends CofferError {
  declare readonly code: VaultClientErrorCode;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly attemptsRemaining: number | undefined;
  readonly nextAttemptAt: string | null | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: VaultClientErrorCode,
    message: string,
    facts: ProblemFacts = {},
    options: Omit<CofferErrorOptions, 'fields'> = {},
  ) {
    super(code, message, { ...options, fields: present(facts) });
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.attemptsRemaining = facts.attemptsRemaining;
    this.nextAttemptAt = facts.nextAttemptAt;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** The error that a problem+json body stands for. `retryAfterSeconds` may come from the header instead. */
export function fromProblem(
  problem: ProblemDetails,
  isRetryable: boolean,
  retryAfterSeconds: number | undefined,
): VaultClientError {
  const facts = {
    status: problem.status,
    requestId: problem.requestId,
    attemptsRemaining: problem.attemptsRemaining,
    nextAttemptAt: problem.nextAttemptAt,
    retryAfterSeconds: problem.retryAfterSeconds ?? retryAfterSeconds,
  };
  return new VaultClientError(problem.code, problem.detail ?? problem.title, facts, { isRetryable });
}

function present(facts: ProblemFacts): Record<string, string | number | null> {
  const entries = Object.entries(facts as Record<string, string | number | null | undefined>);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
