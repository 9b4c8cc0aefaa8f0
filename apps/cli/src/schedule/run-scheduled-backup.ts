import { systemClock } from '@coffer/foundation';

import { runBackup } from '../backup/run-backup';
import type { CommandContext, CommonOptions } from '../command-context';
import { readConfig } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { describeError } from '../output/describe-error';
import { IncompleteError } from '../output/incomplete-error';
import type { Reporter } from '../output/reporter';
import { runVerify } from '../verify/run-verify';
import { requireSchedule } from './run-schedule';
import { readScheduleState, writeScheduleState, type Schedule, type ScheduleState } from './schedule-file';
import { waitUntilIdle } from './wait-until-idle';

const verifyEveryMs = 7 * 86_400_000;
/** Percent of the packs that a scheduled run reads back. */
const verifiedSample = '5';

/**
 * What the timer starts: the backup that is scheduled, and once a week a sample of it is read back. How it went is kept, for
 * `coffer schedule show`. A backup that was made and left something out counts as made.
 *
 * @throws ScheduleError `no-schedule`, `not-idle`; as `runBackup` and `runVerify`
 */
export async function runScheduledBackup(context: CommandContext, options: CommonOptions): Promise<void> {
  const home = new HomeDirectory(readConfig(options.home).home);
  const schedule = await requireSchedule(home);
  let state = await readScheduleState(home);
  const keep = async (change: Partial<ScheduleState>): Promise<void> => {
    state = { ...state, ...change };
    await writeScheduleState(home, state);
  };
  const { reporter } = context;
  let summary = (): void => undefined;
  const held: Reporter = { ...reporter, summary: (fields, text) => (summary = () => reporter.summary(fields, text)) };
  const leftOut = await backUpNow({ ...context, reporter: held }, home, schedule, keep);
  try {
    if (state.lastVerifiedAtMs === null || systemClock.nowMs() - state.lastVerifiedAtMs >= verifyEveryMs) {
      await verifyNow(context, home, schedule, keep);
    }
  } finally {
    // The backup is made whatever was found: its summary ends the run.
    summary();
  }
  if (leftOut !== undefined) throw leftOut;
}

type Keep = (change: Partial<ScheduleState>) => Promise<void>;

/** @returns what is to be said at the end where something was left out */
async function backUpNow(
  context: CommandContext,
  home: HomeDirectory,
  schedule: Schedule,
  keep: Keep,
): Promise<IncompleteError | undefined> {
  const made = (): Partial<ScheduleState> => ({ lastSuccessAtMs: systemClock.nowMs() });
  const ended = (lastOutcome: string): Partial<ScheduleState> => ({ lastRunAtMs: systemClock.nowMs(), lastOutcome });
  try {
    if (schedule.onlyIdle === true) await waitUntilIdle(context.signal);
    await runBackup(context, { ...schedule, home: home.path });
  } catch (error) {
    const isMade = error instanceof IncompleteError;
    await keep({ ...ended(describeError(error).code), ...(isMade ? made() : {}) });
    if (!isMade) throw error;
    return error;
  }
  await keep({ ...ended('done'), ...made() });
  return undefined;
}

async function verifyNow(context: CommandContext, home: HomeDirectory, schedule: Schedule, keep: Keep): Promise<void> {
  const { reporter } = context;
  const beside: Reporter = { ...reporter, summary: (fields, text) => reporter.event('verified', fields, text) };
  try {
    const request = { ...schedule, home: home.path, snapshot: undefined, sample: verifiedSample };
    await runVerify({ ...context, reporter: beside }, request);
  } catch (error) {
    await keep({ lastVerification: describeError(error).code });
    throw error;
  }
  await keep({ lastVerifiedAtMs: systemClock.nowMs(), lastVerification: 'done' });
}
