import { z } from 'zod';

/** One method of the protocol: what it is asked with, and what comes of it. */
export const method = <Params extends z.ZodType, Result extends z.ZodType>(params: Params, result: Result) => ({
  params,
  result,
});

/** Parameters or result of a method that has none. */
export const nothing = z.strictObject({});

/** RFC 3339, UTC. */
export const instant = z.iso.datetime();

/** 8 bytes, hexadecimal; names a backup key. */
export const keyIdHex = z.string().regex(/^[0-9a-f]{16}$/);

export const count = z.int().nonnegative();

export const budgetSchema = z.strictObject({
  /** Guesses left until a proven success. */
  attemptsRemaining: count,
  /** When the next guess is open; null where it is open now. */
  nextAttemptAt: instant.nullable(),
});

/** Guesses left for the account, and from when on. */
export type GuessBudget = z.infer<typeof budgetSchema>;

export const keyslotKind = z.enum(['password', 'digits', 'passkey']);

/** Bytes between two lengths. */
export const bytes = (least: number, most: number) =>
  z.instanceof(Uint8Array<ArrayBuffer>).refine(({ length }) => length >= least && length <= most, {
    message: 'bytes of another length expected',
  });

/** Messages that one `readMessages` may ask for. */
export const maximumMessagesPerRead = 500;
