/** Where instants come from. Everything that compares or stores a time takes one, so that tests can set it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
  nowMs(): number;
}

/** The clock of the machine: the one home of `Date.now`. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** RFC 3339 text in UTC with milliseconds, e.g. `2026-11-23T10:00:00.000Z`. */
export function toRfc3339(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
