import type { CommonOptions, Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions } from '../repository/repository-options';
import type { ScheduleSetRequest } from '../schedule/run-schedule';

const about = `
Nobody backs up by hand for long. A timer of this machine does it: systemd or cron, launchd on macOS, the Task Scheduler on Windows.
Two runs never overlap, and a run that was missed while the machine was off is made up for where the timer can do that (not cron).

Examples:
  coffer schedule set daily ~/WhatsApp --store vault:
  coffer schedule show
  coffer schedule remove`;

const setHelp = `
The timer has nobody to ask, so this device must hold the key (coffer init --keep-key, coffer setup, coffer unlock), or --key names the
file that holds it. That the repository opens so is tried before anything is set. Set again, the new schedule takes the place of the
former one; each device's folder (--home) has one.
${repositoryHelp}

Examples:
  coffer schedule set daily ~/WhatsApp --store vault:
  coffer schedule set weekly ~/WhatsApp --at 21:15 --no-media --limit-up 500k --store file:/mnt/disk/backups`;

/** `coffer schedule set`, `show`, `remove`, `run`. */
export const registerSchedule: Register = (program, context) => {
  const schedule = program
    .command('schedule')
    .description('back up by itself, daily or weekly')
    .addHelpText('after', about);
  const set = schedule
    .command('set')
    .description('have a timer of this machine back up')
    .argument('<every>', 'daily or weekly')
    .argument('<source...>', 'files and folders');
  withRepositoryOptions(set)
    .option('--at <time>', 'HH:MM on the clocks of this device; weekly on Mondays', '02:30')
    .option('--with <timer>', 'systemd, cron, launchd or task-scheduler; what this machine has unless told')
    .option('--exclude <glob>', 'leave out what fits; may be given several times', appended)
    .option('--only-idle', 'wait until this machine has little to do, six hours at most')
    .option('--no-media', 'leave out pictures, videos and sounds')
    .option('--limit-up <rate>', 'store at most so many bytes a second, such as 500k or 2M')
    .option('--limit-down <rate>', 'likewise reading from the store')
    .addHelpText('after', setHelp)
    .action(async (every: string, sources: string[], options: Omit<ScheduleSetRequest, 'every' | 'sources'>) => {
      const { runScheduleSet } = await import('../schedule/run-schedule');
      await runScheduleSet(context, { ...options, every, sources });
    });
  schedule
    .command('show')
    .description('what is scheduled, the last success and the next run')
    .action(async (options: CommonOptions) => {
      const { runScheduleShow } = await import('../schedule/run-schedule');
      await runScheduleShow(context, options);
    });
  schedule
    .command('remove')
    .description('back up by itself no longer')
    .action(async (options: CommonOptions) => {
      const { runScheduleRemove } = await import('../schedule/run-schedule');
      await runScheduleRemove(context, options);
    });
  schedule
    .command('run')
    .description('the backup that is scheduled, now: what the timer starts')
    .action(async (options: CommonOptions) => {
      const { runScheduledBackup } = await import('../schedule/run-scheduled-backup');
      await runScheduledBackup(context, options);
    });
};

function appended(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
