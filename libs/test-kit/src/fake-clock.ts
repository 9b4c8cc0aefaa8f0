/** A clock that stands still until it is told to move; fits where a `Clock` of libs/foundation is asked for. */
export interface FakeClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Moves forward by `milliseconds`. */
  advanceMs(milliseconds: number): void;
  /** Jumps to an instant, backwards too. */
  setMs(instantMs: number): void;
}

/** @param startMs - first instant; 2026-11-23T10:00:00Z unless told */
export function fakeClock(startMs: number = Date.UTC(2026, 10, 23, 10)): FakeClock {
  let now = startMs;
  return {
    nowMs: () => now,
    advanceMs: (milliseconds) => {
      now += milliseconds;
    },
    setMs: (instantMs) => {
      now = instantMs;
    },
  };
}
