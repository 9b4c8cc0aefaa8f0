import { maximumGuesses, type BudgetState } from '@coffer/evidence';

import { decideSpend, refilled } from '../../src/guess-budget';
import type { Step } from './explore';

/*
 * The recovery of docs/protocol.md with everything left out that does not count guesses: one account, two vault processes, a
 * database that commits whole transactions, an anchor, and a thief who holds a token, has as many KE1s as there are logins and
 * does not know which of them is right. Login 0 is the right password. Budgets are computed by the very functions of the vault.
 */

/** One login row. */
interface Row {
  /** Number of its guess. */
  readonly attempt: number;
  readonly hasState: boolean;
  readonly outcome: 'proven' | 'wrong' | null;
}

interface Database {
  readonly remaining: number;
  readonly attempt: number;
  /** By login; null where it has no row. */
  readonly logins: readonly (Row | null)[];
  /** Whether the anchor acknowledged within the last two seconds, as far as the database knows. */
  readonly isFresh: boolean;
  readonly isSealed: boolean;
}

/** What one process holds in memory between two of its steps. */
interface Process {
  readonly login: number;
  readonly phase: 'read' | 'spent' | 'evaluated' | 'stored';
  /** What it read before it wrote; the broken variant acts on it. */
  readonly seen: number;
}

/** What the anchor store holds: the last budget that it was told. */
interface Anchored {
  readonly remaining: number;
  readonly attempt: number;
}

export interface ModelState {
  readonly database: Database;
  readonly dump: Database | null;
  readonly anchor: Anchored;
  readonly processes: readonly (Process | null)[];
  /**
   * Guesses since the last proven success: KE1s that were evaluated, and those whose KE2 left. The same KE1 tells nothing
   * twice, and a guess counts where it was spent, not where a slow process came to evaluate it.
   */
  readonly evaluated: readonly number[];
  readonly answered: readonly number[];
  /** Logins that were spent before that success. */
  readonly earlier: readonly number[];
  /** Logins whose KE2 the thief holds, from all times. */
  readonly held: readonly number[];
  readonly before: number;
  readonly crashes: number;
  readonly restores: number;
}

/** Ways to get it wrong, each of which the search must find. */
export type Fault =
  | 'read-then-update'
  | 'evaluate-before-commit'
  | 'evaluate-on-unknown-commit'
  | 'answer-before-anchor'
  | 'finish-twice'
  | 'repair-to-database'
  | 'unchecked-anchor';

export interface ModelOptions {
  readonly fault?: Fault;
  /** KE1s that the thief has; the first is the right password. */
  readonly logins: number;
  /**
   * Guesses that are left when the model begins, and after a proven success: the others are taken to be spent at once on
   * answers that left, which is the worst that can come and keeps the search small.
   */
  readonly left: number;
  readonly crashes: number;
  readonly restores: number;
}

export function startOf({ logins, left }: ModelOptions): ModelState {
  const budget = { remaining: left, attempt: maximumGuesses - left };
  const none = Array.from({ length: logins }, () => null);
  return {
    database: { ...budget, logins: none, isFresh: true, isSealed: false },
    ...{ dump: null, anchor: budget, processes: [null, null] },
    ...{ evaluated: [], answered: [], earlier: [], held: [], before: maximumGuesses - left, crashes: 0, restores: 0 },
  };
}

/** P3, for what is computed while the database is honest, and for what leaves even when it was rolled back. */
export function breaksPromise(state: ModelState): string | undefined {
  const { before } = state;
  if (before + state.answered.length > maximumGuesses) return 'more than 10 answers between two proven successes';
  if (state.restores === 0 && before + state.evaluated.length > maximumGuesses) return 'more than 10 evaluations';
  return undefined;
}

/** Everything that may happen next. */
export function* stepsOf(state: ModelState, options: ModelOptions): Generator<Step<ModelState>> {
  for (const [at, process] of state.processes.entries()) {
    if (process === null) yield* arrivals(state, at, options);
    else yield* work(state, at, process, options);
    if (process !== null && state.crashes < options.crashes) {
      yield { name: `process ${at} is killed`, next: { ...without(state, at), crashes: state.crashes + 1 } };
    }
  }
  for (const login of state.held) yield* finishes(state, login, options);
  yield* sequencer(state, options);
  yield* operator(state, options);
}

/** A request with a KE1 reaches an idle process: T1, or the resumption of a login that has a row. */
function* arrivals(state: ModelState, at: number, { fault, logins }: ModelOptions): Generator<Step<ModelState>> {
  const { database } = state;
  for (let login = 0; login < logins; login += 1) {
    const row = rowOf(database, login);
    const process = { login, phase: 'spent', seen: 0 } as const;
    if (row !== null) {
      if (row.outcome === null) yield { name: `${at} resumes ${login}`, next: busy(state, at, process) };
      continue;
    }
    if (fault === 'read-then-update') {
      const isAllowed = canSpend(database) && database.remaining > 0;
      const reading = { login, phase: 'read', seen: database.remaining } as const;
      if (isAllowed) yield { name: `${at} reads for ${login}`, next: busy(state, at, reading) };
      continue;
    }
    const spent = spend(database, login);
    if (spent === undefined) continue;
    if (fault === 'evaluate-before-commit') {
      yield {
        name: `${at} evaluates ${login} unspent`,
        next: busy(evaluatedBy(state, login), at, { ...process, phase: 'read' }),
      };
      continue;
    }
    const committed = { ...state, database: spent };
    yield { name: `${at} spends for ${login}`, next: busy(committed, at, process) };
    // The database commits and its answer is lost: 503, and nothing is evaluated.
    const unknown = fault === 'evaluate-on-unknown-commit' ? busy(state, at, process) : committed;
    yield { name: `${at} cannot know whether ${login} was spent`, next: unknown };
  }
}

/** The next step of a process that has a request in hand. */
function* work(state: ModelState, at: number, process: Process, { fault }: ModelOptions): Generator<Step<ModelState>> {
  const { login, phase, seen } = process;
  const { database } = state;
  if (phase === 'read') {
    const spent =
      fault === 'read-then-update'
        ? {
            ...database,
            remaining: seen - 1,
            attempt: database.attempt + 1,
            logins: replaced(database.logins, login, opened(database.attempt + 1)),
          }
        : spend(database, login);
    const next =
      spent === undefined
        ? without(state, at)
        : busy({ ...state, database: spent }, at, { ...process, phase: 'spent' });
    yield { name: `${at} writes the spend of ${login}`, next };
    return;
  }
  if (phase === 'spent') {
    yield {
      name: `${at} evaluates ${login}`,
      next: busy(evaluatedBy(state, login), at, { ...process, phase: 'evaluated' }),
    };
    return;
  }
  if (phase === 'evaluated') {
    // T2 changes no row where the login has none any more: no answer.
    const row = rowOf(database, login);
    const stored =
      row === null ? undefined : { ...database, logins: replaced(database.logins, login, { ...row, hasState: true }) };
    const next =
      stored === undefined
        ? without(state, at)
        : busy({ ...state, database: stored }, at, { ...process, phase: 'stored' });
    yield { name: `${at} stores ${login}`, next };
    return;
  }
  const row = rowOf(database, login);
  const isCovered = row !== null && state.anchor.attempt >= row.attempt;
  if (isCovered || fault === 'answer-before-anchor')
    yield { name: `KE2 of ${login} leaves ${at}`, next: answer(without(state, at), login) };
}

/** The thief sends the KE3 of an answer; which one is right is decided by the password alone. */
function* finishes(state: ModelState, login: number, { fault, left }: ModelOptions): Generator<Step<ModelState>> {
  const row = rowOf(state.database, login);
  if (row === null || state.database.isSealed || !row.hasState) return;
  const isRight = login === 0;
  if (row.outcome !== null && !(fault === 'finish-twice' && isRight)) return;
  const ended = { ...row, outcome: isRight ? ('proven' as const) : ('wrong' as const) };
  const database = { ...state.database, logins: replaced(state.database.logins, login, ended) };
  if (!isRight) {
    yield { name: `wrong KE3 of ${login}`, next: { ...state, database } };
    return;
  }
  const { remaining } = refilled(budgetOf(database), 1);
  const spentAtOnce = remaining - left;
  // Only a first proof is a proven success; a repeated one proves nothing new, so it must not refill either.
  const isProof = row.outcome === null;
  yield {
    name: `right KE3 of ${login}`,
    next: {
      ...state,
      database: { ...database, remaining: remaining - spentAtOnce },
      ...(isProof ? { evaluated: [], answered: [], earlier: spentSoFar(state), before: spentAtOnce } : {}),
    },
  };
}

/** A checkpoint: refused, and the vault sealed, where the anchor knows more than the database. */
function* sequencer(state: ModelState, { fault }: ModelOptions): Generator<Step<ModelState>> {
  const { database, anchor } = state;
  if (database.isSealed) return;
  const isBehind = anchor.attempt > database.attempt;
  if (isBehind && fault !== 'unchecked-anchor') {
    yield { name: 'the vault seals itself', next: { ...state, database: { ...database, isSealed: true } } };
    return;
  }
  const { remaining, attempt } = database;
  yield {
    name: 'checkpoint',
    next: { ...state, database: { ...database, isFresh: true }, anchor: { remaining, attempt } },
  };
}

/** Dumps, restores and repairs. A restored database does not know a fresh anchor. */
function* operator(state: ModelState, { fault, restores }: ModelOptions): Generator<Step<ModelState>> {
  const { database, dump, anchor } = state;
  if (state.restores >= restores) {
    // No more restores: a dump would change nothing.
  } else if (dump === null) {
    yield { name: 'dump', next: { ...state, dump: database } };
  } else {
    yield {
      name: 'restore',
      next: { ...state, database: { ...dump, isFresh: false }, dump: null, restores: state.restores + 1 },
    };
  }
  if (!database.isSealed) return;
  const repaired = {
    ...database,
    isSealed: false,
    remaining: fault === 'repair-to-database' ? database.remaining : Math.min(database.remaining, anchor.remaining),
    attempt: Math.max(database.attempt, anchor.attempt),
  };
  yield { name: 'repair', next: { ...state, database: repaired } };
}

function canSpend({ isFresh, isSealed }: Database): boolean {
  return isFresh && !isSealed;
}

/** T1 as one transaction. @returns undefined where it refuses */
function spend(database: Database, login: number): Database | undefined {
  if (!canSpend(database) || rowOf(database, login) !== null) return undefined;
  const decision = decideSpend(budgetOf(database), 0, []);
  if (decision.outcome !== 'spend') return undefined;
  const { remaining, attempt } = decision.after;
  return { ...database, remaining, attempt, logins: replaced(database.logins, login, opened(attempt)) };
}

function budgetOf({ remaining, attempt }: Database): BudgetState {
  return { remaining, attempt, nextAtMs: null, serial: 1 };
}

function rowOf(database: Database, login: number): Row | null {
  return database.logins[login] ?? null;
}

function opened(attempt: number): Row {
  return { attempt, hasState: false, outcome: null };
}

function replaced(logins: Database['logins'], login: number, row: Row): Database['logins'] {
  return logins.map((each, at) => (at === login ? row : each));
}

function busy(state: ModelState, at: number, process: Process): ModelState {
  return { ...state, processes: state.processes.map((each, other) => (other === at ? process : each)) };
}

function without(state: ModelState, at: number): ModelState {
  return { ...state, processes: state.processes.map((each, other) => (other === at ? null : each)) };
}

function spentSoFar({ database, earlier, held }: ModelState): readonly number[] {
  const withRow = database.logins.flatMap((row, login) => (row === null ? [] : [login]));
  return [...earlier, ...held, ...withRow].reduce<readonly number[]>(withLogin, []);
}

function evaluatedBy(state: ModelState, login: number): ModelState {
  if (state.earlier.includes(login)) return state;
  return { ...state, evaluated: withLogin(state.evaluated, login) };
}

function answer(state: ModelState, login: number): ModelState {
  const held = withLogin(state.held, login);
  if (state.earlier.includes(login)) return { ...state, held };
  return { ...state, answered: withLogin(state.answered, login), held };
}

function withLogin(logins: readonly number[], login: number): readonly number[] {
  return [...new Set([...logins, login])].sort((first, second) => first - second);
}

/** One of all states that differ only in which process is which and which of the wrong logins is which. */
export function canonicalState(state: ModelState): ModelState {
  const described = state.database.logins.map((row, login) => {
    const inHand = state.processes.map((process) =>
      process?.login === login ? `${process.phase} ${process.seen}` : '',
    );
    const sets = [state.evaluated, state.answered, state.earlier, state.held].map((set) => set.includes(login));
    return JSON.stringify([row, state.dump?.logins[login], inHand.sort(), sets]);
  });
  const wrong = described.map((text, login) => ({ text, login })).slice(1);
  wrong.sort((first, second) => (first.text < second.text ? -1 : Number(first.text > second.text)));
  const order = [0, ...wrong.map(({ login }) => login)];
  const renamed = (logins: readonly number[]): readonly number[] =>
    logins.map((login) => order.indexOf(login)).sort((first, second) => first - second);
  const reordered = (database: Database): Database => ({
    ...database,
    logins: order.map((login) => rowOf(database, login)),
  });
  const processes = state.processes.map((process) =>
    process === null ? null : { ...process, login: order.indexOf(process.login) },
  );
  return {
    ...state,
    database: reordered(state.database),
    dump: state.dump === null ? null : reordered(state.dump),
    processes: processes.sort((first, second) => (JSON.stringify(first) < JSON.stringify(second) ? -1 : 1)),
    ...{
      evaluated: renamed(state.evaluated),
      answered: renamed(state.answered),
      earlier: renamed(state.earlier),
      held: renamed(state.held),
    },
  };
}
