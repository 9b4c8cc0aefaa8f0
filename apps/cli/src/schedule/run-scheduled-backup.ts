import { systemClock } from '@coffer/foundation';

import { runBackup } from '../backup/run-backup';
import type { CommandContext, CommonOptions } from '../command-context';
import { readConfig } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { describeError } from '../output/describe-error';
import { requireSchedule } from './run-schedule';
import { readScheduleState, writeScheduleState } from './schedule-file';
import { waitUntilIdle } from './wait-until-idle';

/**
 * What the timer starts: the backup that is scheduled. How it went is kept, for `coffer schedule show`. A backup that was made and
 * left something out counts as made.
 *
 * @throws ScheduleError `no-schedule`, `not-idle`; as `runBackup`
 */
export async function runScheduledBackup(context: CommandContext, options: CommonOptions): Promise<void> {
  const home = new HomeDirectory(readConfig(options.home).home);
  const schedule = await requireSchedule(home);
  const before = await readScheduleState(home);
  const keep = async (lastOutcome: string): Promise<void> => {
    const lastRunAtMs = systemClock.nowMs();
    const isMade = lastOutcome === 'done' || lastOutcome === 'incomplete';
    await writeScheduleState(home, {
      ...{ lastRunAtMs, lastOutcome },
      lastSuccessAtMs: isMade ? lastRunAtMs : before.lastSuccessAtMs,
    });
  };
  try {
    if (schedule.onlyIdle === true) await waitUntilIdle(context.signal);
    await runBackup(context, { ...schedule, home: home.path });
  } catch (error) {
    await keep(describeError(error).code);
    throw error;
  }
  await keep('done');
}
