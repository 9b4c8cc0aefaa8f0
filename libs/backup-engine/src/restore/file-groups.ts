import type { FileItem } from '@coffer/backup-format';

/** Files are planned in groups of so many chunks, so that memory does not grow with the backup. */
const chunksPerPlan = 131_072;
const filesPerPlan = 16_384;

/** Files in groups that are planned together, so that memory does not grow with the backup. */
export function* groupsOf(files: readonly FileItem[]): Generator<readonly FileItem[], void> {
  let group: FileItem[] = [];
  let chunks = 0;
  for (const file of files) {
    group.push(file);
    chunks += file.chunkIds.length / 32;
    if (chunks < chunksPerPlan && group.length < filesPerPlan) continue;
    yield group;
    group = [];
    chunks = 0;
  }
  if (group.length > 0) yield group;
}
