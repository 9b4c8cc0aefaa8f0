import fc from 'fast-check';

/** One guess, and how its device behaves. */
export interface PlannedGuess {
  readonly isRight: boolean;
  /** Hangs up so many milliseconds after KE1 was sent; null: it waits for the answer. */
  readonly hangUpMs: number | null;
  /** Sends the same KE1 again until it is answered; else what was not answered is given up. */
  readonly isPatient: boolean;
  /** What follows KE2: the device's KE3, a forged one, or silence. */
  readonly then: 'finish' | 'forge' | 'silence';
  /** As `hangUpMs`, of KE3. */
  readonly hangUpAfterKe3Ms: number | null;
  /** Whether it asks what became of a KE3 that was not answered. */
  readonly asksAgain: boolean;
}

/** What an account may do, or what may happen to it. */
export type HistoryAct =
  | { readonly kind: 'guess'; readonly guesses: readonly PlannedGuess[] }
  /** An earlier login: its KE1 again, under the same id (resumed) or a new one (a guess), or another KE1 under its id. */
  | { readonly kind: 'repeat'; readonly which: number; readonly how: 'same' | 'new-id' | 'other-ke1' }
  /** The KE3 of an earlier login, late. */
  | { readonly kind: 'finish-late'; readonly which: number; readonly isForged: boolean }
  /** A new password; the device may vanish after each answer. */
  | { readonly kind: 'register'; readonly until: 'opened' | 'recorded' | 'confirmed' | 'activated' }
  /** Two minutes pass for the account's open logins. */
  | { readonly kind: 'expire' };

const hangUp = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat({ max: 60 }) });

const guess: fc.Arbitrary<PlannedGuess> = fc.record({
  isRight: fc.nat({ max: 3 }).map((drawn) => drawn === 0),
  hangUpMs: hangUp,
  isPatient: fc.nat({ max: 3 }).map((drawn) => drawn > 0),
  then: fc.constantFrom('finish', 'finish', 'forge', 'silence'),
  hangUpAfterKe3Ms: hangUp,
  asksAgain: fc.nat({ max: 7 }).map((drawn) => drawn > 0),
});

const ofKind = <const Kind extends HistoryAct['kind']>(kind: Kind): fc.Arbitrary<Kind> => fc.constant(kind);
const few = fc.array(guess, { minLength: 1, maxLength: 2 });
const many = fc.array(guess, { minLength: 3, maxLength: 14, size: 'max' });
const repetition = fc.constantFrom('same', 'same', 'new-id', 'other-ke1');
const end = fc.constantFrom('opened', 'recorded', 'confirmed', 'activated', 'activated', 'activated', 'activated');

const act: fc.Arbitrary<HistoryAct> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: ofKind('guess'), guesses: few }) },
  { weight: 3, arbitrary: fc.record({ kind: ofKind('guess'), guesses: many }) },
  { weight: 3, arbitrary: fc.record({ kind: ofKind('repeat'), which: fc.nat(), how: repetition }) },
  { weight: 3, arbitrary: fc.record({ kind: ofKind('finish-late'), which: fc.nat(), isForged: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: ofKind('register'), until: end }) },
  { weight: 1, arbitrary: fc.record({ kind: ofKind('expire') }) },
);

/** A script for each account: for each round what it does; nothing in two of three. */
export function historyScripts(
  accounts: number,
  rounds: number,
  seed: number,
): readonly (readonly (readonly HistoryAct[])[])[] {
  const some = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(act) });
  // Without it small numbers are drawn far more often: bursts of three, and the first login again and again.
  const script = fc.noBias(fc.array(some, { minLength: rounds, maxLength: rounds }));
  return fc.sample(script, { numRuns: accounts, seed });
}
