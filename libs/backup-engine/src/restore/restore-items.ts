import type { FileItem, SnapshotItem } from '@coffer/backup-format';

import type { RunOptions } from '../events';
import { stopped } from '../guard';
import type { MaybePromise } from '../maybe-promise';
import { systemCodeOf } from '../workers/portable-error';
import type { FileTarget } from './file-target';

/** What was made beside the files. */
export interface RestoredItems {
  readonly folders: number;
  readonly links: number;
  /** Links, and modes or times of folders, that this system did not take. */
  readonly warnings: number;
}

/**
 * Makes the folders of a snapshot, lets its files be written, then makes its links and gives the folders their modes and times. Where that
 * fails or is stopped no part of a file is left.
 *
 * @param writeFiles - writes the files into the target's temporaries and gives them their names
 * @throws BackupEngineError `unsafe-item`, `disk-full`, `stopped`, and what `writeFiles` throws
 */
export async function restoreItems(
  target: FileTarget,
  items: readonly SnapshotItem[],
  { signal, onEvent }: RunOptions,
  writeFiles: (files: readonly FileItem[]) => Promise<void>,
): Promise<RestoredItems> {
  let warnings = 0;
  /** What some systems do not take is told and does not stop the restore. */
  const applying = async (path: string, apply: () => MaybePromise<void>): Promise<void> => {
    try {
      await apply();
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === undefined) throw error;
      warnings += 1;
      const message = `this system did not take the link, mode or time of it (${code})`;
      onEvent?.({ type: 'warning', code: 'not-applied', path, message });
    }
  };
  try {
    await target.makeFolders(items);
    await writeFiles(items.filter((item) => item.kind === 'file'));
    const links = items.filter((item) => item.kind === 'link');
    for (const link of links) await applying(link.path, () => target.makeLink(link));
    const folders = items.filter((item) => item.kind === 'folder');
    for (const folder of folders.toReversed()) await applying(folder.path, () => target.finishFolder(folder));
    return { folders: folders.length, links: links.length, warnings };
  } catch (error) {
    await target.removeTemporaries();
    if (signal?.aborted === true) throw stopped();
    throw target.faultOf(error);
  }
}
