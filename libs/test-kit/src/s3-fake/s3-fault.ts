import type { HttpFault } from '../http-fake/http-faults';

/** An answer of S3 that is no success: HTTP status and the error code of the protocol. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'S3Refusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The refusal that a fault of kind `refuse` asks for: 429 unless told. */
export function refusalOf(fault: HttpFault): S3Refusal {
  const status = fault.status ?? 429;
  return new S3Refusal(
    status,
    fault.code ?? (status === 429 ? 'TooManyRequests' : 'InternalError'),
    'a fault was armed',
    {
      ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
      ...(fault.location === undefined ? {} : { location: fault.location }),
    },
  );
}
