import { BackupEngineError } from '../errors';
import type { SnapshotInfo } from '../snapshots';

/** Which snapshots stay: so many of each kind, 0 for none. */
export interface RetentionPolicy {
  /** The newest ones. */
  readonly last: number;
  /** The newest of a day; so many days that have one. Likewise the others. */
  readonly daily: number;
  /** Weeks begin on Monday. */
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  /** Whose midnight divides the days: a name of the IANA time zone database, or `UTC`. */
  readonly timeZone: string;
}

/** Why a snapshot stays. */
export type RetentionReason = 'current' | 'pinned' | 'last' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'everything';

/** What retention looks at. */
export type DatedSnapshot = Pick<SnapshotInfo, 'idHex' | 'isCurrent'> & {
  readonly summary: Pick<SnapshotInfo['summary'], 'generation' | 'createdAtMs' | 'device' | 'sources'>;
};

const msPerDay = 86_400_000;
/** 1 January 1970 was a Thursday. */
const daysFromMonday = 3;
const periods = ['daily', 'weekly', 'monthly', 'yearly'] as const;

/**
 * Chooses the snapshots that stay. The rules count for each device and set of sources by itself, so that a phone that backs up
 * daily cannot push out what a laptop backed up once. The current snapshot stays in any case, and so do those that are pinned.
 *
 * @param policy - undefined: every snapshot stays
 * @param pinned - ids of snapshots that a purge or a certificate relies on, 32 hexadecimal digits each
 * @returns those that stay, in the order in which they were given, each with all reasons
 * @throws BackupEngineError `invalid-policy` where a number or the time zone cannot be
 */
export function chooseRetained<T extends DatedSnapshot>(
  snapshots: readonly T[],
  policy: RetentionPolicy | undefined,
  pinned: ReadonlySet<string> = new Set(),
): ReadonlyMap<T, readonly RetentionReason[]> {
  const reasons = new Map<T, RetentionReason[]>(snapshots.map((snapshot) => [snapshot, []]));
  for (const [snapshot, why] of reasons) {
    if (snapshot.isCurrent) why.push('current');
    if (pinned.has(snapshot.idHex)) why.push('pinned');
    if (policy === undefined) why.push('everything');
  }
  if (policy !== undefined) {
    const periodsOf = periodReader(requirePolicy(policy).timeZone);
    for (const group of Map.groupBy(snapshots, groupOf).values()) {
      for (const [snapshot, reason] of chosenOf(group, policy, periodsOf)) reasons.get(snapshot)!.push(reason);
    }
  }
  return new Map([...reasons].filter(([, why]) => why.length > 0));
}

function* chosenOf<T extends DatedSnapshot>(
  group: readonly T[],
  policy: RetentionPolicy,
  periodsOf: (atMs: number) => Readonly<Record<(typeof periods)[number], string>>,
): Generator<readonly [T, RetentionReason], void> {
  // By generation: a clock that was set back must not make an old snapshot the newest.
  const newestFirst = group.toSorted((left, right) => right.summary.generation - left.summary.generation);
  for (const snapshot of newestFirst.slice(0, policy.last)) yield [snapshot, 'last'];
  for (const period of periods) {
    const seen = new Set<string>();
    for (const snapshot of newestFirst) {
      const name = periodsOf(snapshot.summary.createdAtMs)[period];
      if (seen.has(name)) continue;
      if (seen.size >= policy[period]) break;
      seen.add(name);
      yield [snapshot, period];
    }
  }
}

function groupOf({ summary }: DatedSnapshot): string {
  const sources = summary.sources.map(({ kind, name }) => `${kind}\0${name}`).sort();
  return JSON.stringify([summary.device, ...sources]);
}

/** Names the day, week, month and year of an instant on the clocks of a time zone. */
function periodReader(timeZone: string): (atMs: number) => Readonly<Record<(typeof periods)[number], string>> {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day] = [parts.get('year')!, parts.get('month')!, parts.get('day')!];
    const dayNumber = Date.UTC(year, month - 1, day) / msPerDay;
    const week = Math.floor((dayNumber + daysFromMonday) / 7);
    return { daily: `${dayNumber}`, weekly: `${week}`, monthly: `${year}-${month}`, yearly: `${year}` };
  };
}

function requirePolicy(policy: RetentionPolicy): RetentionPolicy {
  const numbers = [policy.last, policy.daily, policy.weekly, policy.monthly, policy.yearly];
  const areNumbers = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (areNumbers && numbers.some((number) => number > 0) && isTimeZone(policy.timeZone)) return policy;
  throw new BackupEngineError(
    'invalid-policy',
    'this says in no way which snapshots are to stay: at least one number of 1 or more, and a time zone that there is. Nothing was deleted',
  );
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
