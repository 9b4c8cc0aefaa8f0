import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface PruneOptions extends RepositoryOptions {
  readonly keepLast?: string;
  readonly keepDaily?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly keepYearly?: string;
  readonly timeZone?: string;
  readonly dryRun?: boolean;
  readonly onlyWriter?: boolean;
  readonly giveUp?: readonly string[];
  readonly forgetMarks?: boolean;
  readonly repack?: boolean;
}

const help = `
Makes room: chooses the snapshots that stay, and deletes in two phases what none of them needs. A run marks it; a later run, 24
hours afterwards at the earliest, looks again and deletes it. So run it regularly, and nothing goes on the day on which you mistyped
a number: another run with other numbers keeps what is only marked. Backups may run at the same time, on this and on other devices.

A snapshot stays where any rule keeps it. --keep-daily 7 keeps the newest snapshot of each of the last 7 days that have one; weeks
begin on Monday. The rules count for each device and each set of sources by itself. The newest snapshot always stays, and so does what a
purge or a deletion certificate relies on. Without any --keep option every snapshot stays, and only what interrupted runs left
goes. --dry-run says what would happen and does nothing.

A pack of 16 MB goes when nothing in it is needed any more. Where less than half of it is, what is needed is packed anew, and the newest
snapshot gets another one with the same content in its place, which reads it from there; --no-repack leaves such packs as they are.

Where a snapshot is damaged or missing nothing is deleted at all, until it is put back, or given up by its id with --give-up. Where the
list of what was marked is lost, backups go on, and --forget-marks marks everything anew.
${repositoryHelp}

Examples:
  coffer prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run --store file:/mnt/disk/backups --key coffer-key
  coffer prune --keep-last 3 --store s3://bucket/me
  coffer prune --store vault:`;

/** `coffer prune`. */
export const registerPrune: Register = (program, context) => {
  const command = program.command('prune').description('delete old snapshots and what nothing needs, in two phases');
  withRepositoryOptions(command)
    .option('--keep-last <count>', 'keep the newest snapshots')
    .option('--keep-daily <count>', 'keep the newest of each of so many days')
    .option('--keep-weekly <count>', 'likewise weeks')
    .option('--keep-monthly <count>', 'likewise months')
    .option('--keep-yearly <count>', 'likewise years')
    .option(
      '--time-zone <zone>',
      'whose midnight divides the days, e.g. Europe/Berlin; that of this device unless told',
    )
    .option('--dry-run', 'say what would be marked and deleted, and do nothing')
    .option('--only-writer', 'no other device writes to this store; for stores that do not keep two writers apart')
    .option('--give-up <id>', 'give up a snapshot that is damaged or missing; may be given several times', appended)
    .option('--no-repack', 'leave packs alone of which little is needed')
    .option('--forget-marks', 'mark everything anew, where the list of marks is lost')
    .addHelpText('after', help)
    .action(async (options: PruneOptions) => {
      const { runPrune } = await import('../prune/run-prune');
      const {
        keepLast: last,
        keepDaily: daily,
        keepWeekly: weekly,
        keepMonthly: monthly,
        keepYearly: yearly,
      } = options;
      await runPrune(context, { ...options, keep: { last, daily, weekly, monthly, yearly } });
    });
};

function appended(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
