import type { RetentionPolicy } from '@coffer/backup-engine';

import { UsageError } from '../output/usage-error';

const kinds = ['last', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** What the `--keep-…` options say, as they were typed. */
export type KeepOptions = Readonly<Record<(typeof kinds)[number], string | undefined>>;

/**
 * Reads the `--keep-…` options.
 *
 * @param timeZone - `--time-zone`; that of this device unless told
 * @returns undefined where none is given: then every snapshot stays
 * @throws UsageError on anything but whole numbers, and where all of them are 0
 */
export function retentionPolicyOf(keep: KeepOptions, timeZone: string | undefined): RetentionPolicy | undefined {
  if (kinds.every((kind) => keep[kind] === undefined)) {
    if (timeZone === undefined) return undefined;
    throw new UsageError('--time-zone says where days end: it needs --keep-daily or the like. Nothing was deleted.');
  }
  const zone = timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const count = (kind: (typeof kinds)[number]): number => countOf(kind, keep[kind] ?? '0');
  const [last, daily, weekly] = [count('last'), count('daily'), count('weekly')];
  const [monthly, yearly] = [count('monthly'), count('yearly')];
  if (last + daily + weekly + monthly + yearly === 0) {
    throw new UsageError(
      'These --keep options keep nothing. Nothing was deleted; give at least one number of 1 or more.',
    );
  }
  return { last, daily, weekly, monthly, yearly, timeZone: zone };
}

function countOf(kind: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`--keep-${kind} takes a whole number. Nothing was deleted.`);
}
