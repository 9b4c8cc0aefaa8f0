import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { ScheduleError } from './schedule-error';

/** What waiting needs of the machine. */
export interface IdleMachine {
  /** Programs that wanted a processor during the last minute, for each processor there is; 0 where the platform does not say. */
  load(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Less than this, and somebody else would hardly notice a backup. */
const idleBelow = 0.5;
const lookEveryMs = 60_000;
/** After so many looks the run is given up: six hours. */
const mostLooks = 360;

export const thisMachine: IdleMachine = {
  load: () => (loadavg()[0] ?? 0) / availableParallelism(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * Waits until the machine has little to do, six hours at most. On Windows, which has no such figure, the Task Scheduler waits.
 *
 * @throws ScheduleError `not-idle`; the signal's reason where it is aborted
 */
export async function waitUntilIdle(signal: AbortSignal, machine: IdleMachine = thisMachine): Promise<void> {
  for (let look = 0; machine.load() >= idleBelow; look++) {
    if (look === mostLooks) {
      throw new ScheduleError(
        'not-idle',
        'This machine was busy for six hours, so nothing was backed up. The backups are untouched, and the next run tries again; to ' +
          'back up now, run "coffer backup".',
      );
    }
    await machine.wait(lookEveryMs, signal);
  }
}
