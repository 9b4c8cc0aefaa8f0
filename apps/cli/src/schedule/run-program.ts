import { ScheduleError } from './schedule-error';
import type { TimerSystem } from './timer-job';

/** Runs a program that must succeed. @returns its standard output @throws ScheduleError `timer-failed` with what it said */
export async function runOrFail(
  system: TimerSystem,
  program: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await system.run(program, args, input);
  if (code === 0) return stdout;
  const said = (stderr || stdout).trim().split('\n')[0] ?? '';
  throw new ScheduleError(
    'timer-failed',
    `${program} refused${said === '' ? '' : ` (${said})`}, so the timer was not changed. Backups are untouched; "coffer backup" works.`,
    { fields: { program } },
  );
}
