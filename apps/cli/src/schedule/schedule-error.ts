import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Backups cannot be scheduled, or the scheduled one cannot run.
 *
 * - `timer-failed`: the timer of this system refused; its words are in the message.
 * - `no-schedule`: nothing is scheduled on this device.
 * - `not-idle`: the machine was busy for as long as the run waits.
 */
export class ScheduleError extends CofferError {
  declare readonly code: 'timer-failed' | 'no-schedule' | 'not-idle';

  constructor(code: ScheduleError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
