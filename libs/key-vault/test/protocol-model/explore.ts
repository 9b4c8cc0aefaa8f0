/** What a search of all interleavings found. */
export interface Exploration<State> {
  /** Different states that were reached. */
  readonly states: number;
  /** Steps that lead from one of them to another. */
  readonly steps: number;
  /** The first state that breaks the invariant, with the shortest way to it; undefined where none does. */
  readonly broken: { readonly state: State; readonly why: string; readonly way: readonly string[] } | undefined;
}

/** A step that may happen in a state, and where it leads. */
export interface Step<State> {
  readonly name: string;
  readonly next: State;
}

/**
 * Walks every interleaving breadth first, each state once.
 *
 * @param canonical - one state for all that differ in names only, so that each is walked once
 * @param steps - all that may happen in a state
 * @param broken - why a state must not be; undefined where it may
 */
export function explore<State>(
  start: State,
  canonical: (state: State) => State,
  steps: (state: State) => Iterable<Step<State>>,
  broken: (state: State) => string | undefined,
): Exploration<State> {
  const cameFrom = new Map<string, readonly [string, string] | undefined>([[JSON.stringify(start), undefined]]);
  let frontier = [start];
  let taken = 0;
  while (frontier.length > 0) {
    const next: State[] = [];
    for (const state of frontier) {
      const key = JSON.stringify(state);
      const why = broken(state);
      if (why !== undefined) {
        return { states: cameFrom.size, steps: taken, broken: { state, why, way: wayTo(key, cameFrom) } };
      }
      for (const step of steps(state)) {
        taken += 1;
        const reached = canonical(step.next);
        const name = JSON.stringify(reached);
        if (cameFrom.has(name)) continue;
        cameFrom.set(name, [key, step.name]);
        next.push(reached);
      }
    }
    frontier = next;
  }
  return { states: cameFrom.size, steps: taken, broken: undefined };
}

function wayTo(key: string, cameFrom: ReadonlyMap<string, readonly [string, string] | undefined>): string[] {
  const way: string[] = [];
  for (let at = cameFrom.get(key); at !== undefined; at = cameFrom.get(at[0])) way.unshift(at[1]);
  return way;
}
