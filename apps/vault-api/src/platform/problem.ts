import { problemKinds, problemType, type ProblemCode, type ProblemDetails } from '@coffer/contracts';
import { CofferError, toRfc3339 } from '@coffer/foundation';

/** A refusal of the API itself; domain errors whose code is a problem code become the same without being wrapped. */
export class ProblemError extends CofferError {
  declare readonly code: ProblemCode;
  /** With `malformed`: JSON paths and what was expected there. */
  readonly problems: readonly { readonly path: string; readonly message: string }[] | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly fields?: Readonly<Record<string, string | number | boolean | null>>;
      readonly problems?: readonly { readonly path: string; readonly message: string }[];
    } = {},
  ) {
    super(code, message, options);
    this.problems = options.problems;
  }
}

/** What a request is answered with where it fails. */
export interface ProblemAnswer {
  readonly details: ProblemDetails;
  readonly retryAfterSeconds: number | undefined;
  /** Whether nobody foresaw this: it is logged as an error. */
  readonly isUnexpected: boolean;
}

/** The problem that any thrown thing is told as. What is not known is never quoted. */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  const code = codeOf(error);
  const known = code !== undefined;
  const answered: ProblemCode = code ?? 'service-unavailable';
  const { status, title } = problemKinds[answered];
  const fields = error instanceof CofferError ? error.fields : {};
  const retryAfterSeconds = retryAfter(answered, fields);
  const problems = error instanceof ProblemError ? error.problems : undefined;
  return {
    isUnexpected: !known,
    retryAfterSeconds,
    details: {
      type: problemType(answered),
      title,
      status,
      code: answered,
      ...(known && error instanceof CofferError ? { detail: error.message } : {}),
      requestId,
      ...budgetFields(fields),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(problems === undefined ? {} : { fields: [...problems] }),
    },
  };
}

/** Errors of lower layers whose code is no problem code, and what they mean on the wire. */
const translations: Readonly<Record<string, ProblemCode>> = {
  // libs/database: nothing happened, or nobody knows whether it did; the device may ask again
  unavailable: 'service-unavailable',
  'outcome-unknown': 'service-unavailable',
  conflict: 'service-unavailable',
  // libs/crypto and libs/foundation: bytes from outside that do not decode
  'malformed-message': 'malformed',
  'invalid-encoding': 'malformed',
  'invalid-length': 'malformed',
  'not-canonical': 'malformed',
  'out-of-range': 'malformed',
  'parameters-out-of-range': 'malformed',
};

function codeOf(error: unknown): ProblemCode | undefined {
  if (!(error instanceof CofferError)) return fastifyCode(error);
  if (isProblemCode(error.code)) return error.code;
  return translations[error.code];
}

/** Refusals of Fastify and Nest before a handler is reached. */
function fastifyCode(error: unknown): ProblemCode | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : undefined;
  if (status === 404 || status === 405) return 'not-found';
  if (status === 413) return 'too-large';
  if (typeof status === 'number' && status >= 400 && status < 500) return 'malformed';
  return undefined;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemKinds, code);
}

type Fields = Readonly<Record<string, string | number | boolean | null>>;

function budgetFields(fields: Fields): Pick<ProblemDetails, 'attemptsRemaining' | 'nextAttemptAt'> {
  const { attemptsRemaining, nextAttemptAtMs } = fields;
  return {
    ...(typeof attemptsRemaining === 'number' ? { attemptsRemaining } : {}),
    ...(typeof nextAttemptAtMs === 'number' ? { nextAttemptAt: toRfc3339(nextAttemptAtMs) } : {}),
    ...(nextAttemptAtMs === null ? { nextAttemptAt: null } : {}),
  };
}

function retryAfter(code: ProblemCode, fields: Fields): number | undefined {
  if (typeof fields['retryAfterSeconds'] === 'number') return fields['retryAfterSeconds'];
  return problemKinds[code].isRetryable ? 1 : undefined;
}
