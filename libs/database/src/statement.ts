/**
 * One prepared statement: parsed and planned once per connection under its name.
 *
 * [Note: hot statements] What runs for every guess is prepared SQL through `pg`, not Prisma: one conditional statement has to
 * be exactly one statement, its text is asserted by a test, and Prisma's reads were measured at a sixteenth of the rate.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a statement takes. Bytes go as `bytea`, numbers as any integer type, instants as milliseconds (see `instantMs`). */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly (string | number | Uint8Array)[];

/** A statement under a name that no other statement bears. */
export function statement(name: string, text: string): Statement {
  return { name, text: text.replaceAll(/\s+/g, ' ').trim() };
}

/** SQL for an instant column as whole milliseconds since 1970; NULL stays NULL. */
export function instantMs(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}

/** SQL for a parameter of whole milliseconds since 1970 as an instant; NULL stays NULL. */
export function fromMs(parameter: string): string {
  return `to_timestamp(${parameter}::bigint / 1000.0)`;
}

/** SQL for the database's clock at this moment in whole milliseconds: the only clock that guesses and expiries follow. */
export const clockMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
