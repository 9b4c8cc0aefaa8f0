import type { TimerJob } from './timer-job';

/**
 * When a schedule is due next, on the clocks of this device. An hour that a change of the clocks leaves out is made up for by the
 * one after it, as `Date` does.
 *
 * @param afterMs - the first instant that is later than this one
 */
export function nextRunMs(
  { every, hour, minute }: Pick<TimerJob, 'every' | 'hour' | 'minute'>,
  afterMs: number,
): number {
  const from = new Date(afterMs);
  for (let days = 0; ; days++) {
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + days, hour, minute);
    const isDay = every === 'daily' || day.getDay() === 1;
    if (isDay && day.getTime() > afterMs) return day.getTime();
  }
}
