/** What every error of this project may carry besides its message. Never a secret, never content. */
export interface CofferErrorOptions {
  /** The lower error that led here. */
  readonly cause?: unknown;
  /** Structured facts for logs, problem+json and `--json`; plain data only. */
  readonly fields?: Readonly<Record<string, string | number | boolean | null>>;
  /** Whether the same call may succeed later without any change. Default: false. */
  readonly isRetryable?: boolean;
}

/**
 * Base of every error that crosses the border of a lib. `code` is stable kebab-case and may be matched on; the message is
 * for people and says what happened, what is safe and, where it is known, what to do next.
 *
 * Each lib derives its own class and narrows `code` to a union, so that a `switch` over it is exhaustive.
 */
export class CofferError extends Error {
  readonly code: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
  readonly isRetryable: boolean;

  constructor(code: string, message: string, options: CofferErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = options.fields ?? {};
    this.isRetryable = options.isRetryable ?? false;
  }
}

/** An argument or an encoded value has the wrong shape or length. Thrown by guards and codecs, before anything is done. */
export class EncodingError extends CofferError {
  declare readonly code: 'invalid-length' | 'invalid-encoding' | 'not-canonical' | 'out-of-range';

  constructor(code: EncodingError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
