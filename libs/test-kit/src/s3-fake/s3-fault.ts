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

/** A misbehaviour to be shown to the next requests that it matches. */
export interface S3Fault {
  /** Name of the operation, e.g. `PutObject`; absent: all. */
  readonly operation?: string;
  /** The key must contain it; absent: all. */
  readonly keyPart?: string;
  /** How often; absent: once. `Infinity` is allowed. */
  readonly times?: number;
  /** 0 to 1; absent: every time. */
  readonly probability?: number;
  /**
   * `refuse`: answer `status` and `code`. `drop`: close the connection without an answer, before anything is done. `lose-answer`: do
   * it, then close the connection. `cut-body`: send `afterBytes` of the answer's body, then close the connection.
   */
  readonly kind: 'refuse' | 'drop' | 'lose-answer' | 'cut-body';
  readonly status?: number;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  readonly location?: string;
  readonly afterBytes?: number;
}

/** The faults that are armed, and how often each will still strike. */
export class S3Faults {
  readonly #armed: { readonly fault: S3Fault; left: number }[] = [];

  arm(fault: S3Fault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** The fault that strikes this request, if any; counted. */
  strike(operation: string, key: string, random: () => number): S3Fault | undefined {
    for (const entry of this.#armed) {
      const { fault } = entry;
      if (entry.left <= 0 || (fault.operation !== undefined && fault.operation !== operation)) continue;
      if (fault.keyPart !== undefined && !key.includes(fault.keyPart)) continue;
      if (fault.probability !== undefined && random() >= fault.probability) continue;
      entry.left -= 1;
      return fault;
    }
    return undefined;
  }
}

/** The refusal that a fault of kind `refuse` asks for: 429 unless told. */
export function refusalOf(fault: S3Fault): S3Refusal {
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
