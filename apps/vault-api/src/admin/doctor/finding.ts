import { CofferError } from '@coffer/foundation';

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  /** For staff, in a sentence. */
  readonly what: string;
  /** What is safe meanwhile; null where nothing is wrong. */
  readonly safe: string | null;
  /** What to do; null where nothing is to be done. */
  readonly next: string | null;
}

/** What to say of a check. */
export interface Advice {
  readonly safe: string;
  readonly next: string;
}

export function good(check: string, what: string): Finding {
  return { check, status: 'ok', what, safe: null, next: null };
}

export function bad(check: string, what: string, advice: Advice): Finding {
  return { check, status: 'problem', what, ...advice };
}

export function doubtful(check: string, what: string, advice: Advice): Finding {
  return { check, status: 'warning', what, ...advice };
}

/** The findings of a check; what it throws is one. */
export async function examine(
  check: string,
  advice: Advice,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [bad(check, error instanceof CofferError ? error.message : 'it could not be looked at', advice)];
  }
}
