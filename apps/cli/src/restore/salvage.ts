import { BackupEngineError, type OpenedSnapshot, type Repository } from '@coffer/backup-engine';
import { salvageSnapshot, type SalvagedFile } from '@coffer/backup-engine/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { reportEvents } from '../repository/open-repository';

const brokenFilesTold = 100;

/**
 * Restores what is left of a snapshot, and names what is not.
 *
 * @throws BackupEngineError `damaged` or `missing-object` after the summary where anything is lost
 */
export async function salvage(
  context: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  out: string,
): Promise<void> {
  const { reporter, signal } = context;
  const report = await salvageSnapshot(repository, snapshot, out, { onEvent: reportEvents(context), signal });
  const { files, folders, links, bytes, lostBytes, broken, problems } = report;
  for (const { code, message } of problems) reporter.warn(code, message);
  for (const [number, file] of broken.entries()) {
    // With --json every one of them; a person would not read thousands.
    if (reporter.json || number < brokenFilesTold) reporter.event('broken-file', { ...file }, lineOf(file));
  }
  if (!reporter.json && broken.length > brokenFilesTold) {
    reporter.note(`… and ${formatCount(broken.length - brokenFilesTold)} more; --json names all of them.`);
  }
  reporter.summary(
    {
      ...{ snapshot: snapshot.idHex, files, folders, links, bytes, lostBytes, broken: broken.length },
      ...{ problems: problems.length, out },
    },
    `Restored ${formatCount(files)} whole files into ${printable(out)} (${formatBytes(bytes)} in all).`,
  );
  if (problems.length === 0 && broken.length === 0) return;
  throw new BackupEngineError(
    problems[0]?.code ?? 'damaged',
    `${formatCount(broken.length)} files are not whole: ${formatBytes(lostBytes)} are lost. Everything else is authentic. Other ` +
      'snapshots may hold what is missing here: "coffer snapshots" lists them.',
    { fields: { broken: broken.length, problems: problems.length, lostBytes } },
  );
}

function lineOf({ path, savedAs, sizeBytes, lostBytes }: SalvagedFile): string {
  const lost = `${formatBytes(lostBytes)} of ${formatBytes(sizeBytes)} are lost`;
  return savedAs === null
    ? `${printable(path)} is lost whole (${formatBytes(sizeBytes)})`
    : `${printable(path)} is in part in ${printable(savedAs)}: ${lost}, with zeros in their place`;
}
