/** A misbehaviour to be shown to the next requests that it matches. */
export interface HttpFault {
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
   * it, then close the connection. `cut-body`: send `afterBytes` of the answer's body, then close the connection. `cut-upload`: take
   * `afterBytes` of the request's body as all that came, then close the connection. `stall`: do nothing, and never answer.
   */
  readonly kind: 'refuse' | 'drop' | 'lose-answer' | 'cut-body' | 'cut-upload' | 'stall';
  readonly status?: number;
  readonly code?: string;
  /** Body of a refusal, in place of the one that the protocol has. */
  readonly body?: string;
  readonly retryAfterSeconds?: number;
  readonly location?: string;
  readonly afterBytes?: number;
}

/** The faults that are armed, and how often each will still strike. */
export class HttpFaults {
  readonly #armed: { readonly fault: HttpFault; left: number }[] = [];

  arm(fault: HttpFault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** The fault that strikes this request, if any; counted. */
  strike(operation: string, key: string, random: () => number): HttpFault | undefined {
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
