import { systemClock } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import type { HomeDirectory } from '../home/home-directory';
import { formatCount } from '../output/format';
import { readSchedule, readScheduleState, type Schedule, type ScheduleState } from './schedule-file';

const msPerDay = 86_400_000;
/** Days without a backup after which a device says so, and says more. */
const [lateDays, veryLateDays] = [7, 30];

/** Says how long a schedule has made no backup, where that is too long; of one that never made any, since it was set. */
export function lateBackup(
  { setAtMs }: Pick<Schedule, 'setAtMs'>,
  { lastSuccessAtMs }: ScheduleState,
  nowMs: number,
): string | undefined {
  const sinceMs = lastSuccessAtMs ?? setAtMs;
  if (sinceMs === undefined) return undefined;
  const days = Math.floor((nowMs - sinceMs) / msPerDay);
  if (days < lateDays) return undefined;
  const count = formatCount(days);
  const last =
    lastSuccessAtMs === null
      ? `The schedule of this device was set ${count} days ago and has made no backup yet.`
      : `The last backup by the schedule of this device was made ${count} days ago.`;
  const more = days < veryLateDays ? '' : ' What was written since would be lost with this device.';
  return `${last}${more} Run "coffer schedule run" to see why.`;
}

/** Warns of a schedule that makes no backups. What cannot be read is no reason to stop a command that does something else. */
export async function warnOfLateBackup({ reporter }: CommandContext, home: HomeDirectory): Promise<void> {
  const schedule = await readSchedule(home).catch(() => undefined);
  if (schedule === undefined) return;
  const late = lateBackup(schedule, await readScheduleState(home), systemClock.nowMs());
  if (late !== undefined) reporter.warn('no-recent-backup', late);
}
