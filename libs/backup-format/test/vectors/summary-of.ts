import type { SnapshotItem, SnapshotSummary } from '../../src/index';
import type { SnapshotContent } from './made-objects';

/** The instant at which every repository of the vectors was made; backups follow hour by hour. */
export const createdAtMs = Date.UTC(2026, 10, 23, 10);

/** A summary that is true of the content. @param id - of the snapshot */
export function summaryOf(
  id: Uint8Array<ArrayBuffer>,
  { items, conversations, indexes, generation, parent }: SnapshotContent,
): Omit<SnapshotSummary, 'files' | 'conversations'> {
  const files = items.filter((item) => item.kind === 'file');
  return {
    id,
    generation,
    parent: parent ?? null,
    createdAtMs: createdAtMs + generation * 3_600_000,
    device: 'test phone',
    sources: sourcesOf(items),
    counts: {
      files: files.length,
      folders: items.filter((item) => item.kind === 'folder').length,
      links: items.filter((item) => item.kind === 'link').length,
      conversations: conversations.length,
      messages: conversations.reduce((sum, { messages }) => sum + messages, 0),
    },
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    indexes: indexes.map(({ epoch, indexId }) => ({ epoch, indexId })),
  };
}

/** What the paths begin with: a file where the name is the whole path of one. */
function sourcesOf(items: readonly SnapshotItem[]): SnapshotSummary['sources'] {
  const names = new Set(items.map(({ path }) => path.split('/', 1)[0]!));
  return [...names].map((name) => {
    const isFile = items.some((item) => item.path === name && item.kind !== 'folder');
    return { kind: isFile ? 'file' : 'folder', name };
  });
}
