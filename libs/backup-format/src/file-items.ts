import { encodeCbor, type CborValue } from '@coffer/foundation';

import {
  anyBytesOf,
  damaged,
  decodeObjectSharing,
  invalidValue,
  listOf,
  requireAtMost,
  textOf,
  wholeOf,
} from './fields';
import { itemPathOf, requireItemPath } from './item-path';
import { chunkIdBytes, formatLimits } from './limits';
import { comparePaths } from './path-order';

interface ItemFields {
  /** Names joined by `/`, the first one the name of the source. */
  readonly path: string;
  readonly mtimeMs: number;
}

/** A file: bytes come back identical. */
export interface FileItem extends ItemFields {
  readonly kind: 'file';
  /** Lower nine permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** 32 bytes for each chunk, in order. */
  readonly chunkIds: Uint8Array<ArrayBuffer>;
}

/** A folder, perhaps empty. */
export interface FolderItem extends ItemFields {
  readonly kind: 'folder';
  readonly mode: number;
}

/** A symbolic link. */
export interface LinkItem extends ItemFields {
  readonly kind: 'link';
  /** What the link says, never followed. */
  readonly target: string;
}

export type SnapshotItem = FileItem | FolderItem | LinkItem;

const modeMost = 0o777;

/** The `files` section of a snapshot; sorts. @throws BackupFormatError `invalid-value`, `too-large` */
export function encodeFileItems(items: readonly SnapshotItem[]): Uint8Array<ArrayBuffer> {
  requireAtMost(items.length, formatLimits.snapshotFiles, 'snapshot', 'items');
  const sorted = [...items].sort((left, right) => comparePaths(left.path, right.path));
  sorted.forEach((item, at) => {
    if (at > 0 && sorted[at - 1]!.path === item.path) throw invalidValue('two items have the same path');
  });
  return encodeCbor(sorted.map(encodeItem));
}

/** Reads the `files` section. @throws BackupFormatError `damaged`, `too-large` */
export function decodeFileItems(section: Uint8Array): readonly SnapshotItem[] {
  const items = listOf(decodeObjectSharing(section, 'snapshot'), formatLimits.snapshotFiles, 'snapshot').map(
    decodeItem,
  );
  items.forEach((item, at) => {
    if (at > 0 && comparePaths(items[at - 1]!.path, item.path) >= 0)
      throw damaged('snapshot', 'items are out of order');
  });
  return items;
}

function encodeItem(item: SnapshotItem): CborValue {
  const path = requireItemPath(item.path);
  if (item.kind === 'folder') return [item.kind, path, item.mode & modeMost, item.mtimeMs];
  if (item.kind === 'link') {
    if (!isLinkTarget(item.target)) throw invalidValue('the target of a link has no form in the format');
    return [item.kind, path, item.mtimeMs, item.target];
  }
  if (item.chunkIds.length % chunkIdBytes !== 0) throw invalidValue('chunk ids have 32 bytes each');
  return [item.kind, path, item.mode & modeMost, item.mtimeMs, item.sizeBytes, item.chunkIds];
}

function decodeItem(value: CborValue): SnapshotItem {
  const fields = listOf(value, 6, 'snapshot');
  const [kind, second, third, fourth, fifth, sixth] = fields;
  const lengths: Readonly<Record<string, number>> = { file: 6, folder: 4, link: 4 };
  if (typeof kind !== 'string' || fields.length !== (Object.hasOwn(lengths, kind) ? lengths[kind] : -1)) {
    throw damaged('snapshot', 'an item is of no known kind');
  }
  const path = itemPathOf(second, 'snapshot');
  if (kind === 'link') {
    const target = textOf(fourth, 1, formatLimits.pathCharacters, 'snapshot');
    if (!isLinkTarget(target)) throw damaged('snapshot', 'the target of a link is none');
    return { kind, path, mtimeMs: instantOf(third), target };
  }
  const mode = wholeOf(third, 0, modeMost, 'snapshot');
  const mtimeMs = instantOf(fourth);
  if (kind === 'folder') return { kind, path, mode, mtimeMs };
  const sizeBytes = wholeOf(fifth, 0, Number.MAX_SAFE_INTEGER, 'snapshot');
  const chunkIds = anyBytesOf(sixth, formatLimits.sealedSnapshotBytes, 'snapshot');
  const chunks = chunkIds.length / chunkIdBytes;
  const isPossible = Number.isInteger(chunks) && chunks <= sizeBytes && sizeBytes <= chunks * formatLimits.chunkBytes;
  if (!isPossible) throw damaged('snapshot', 'a file has chunks that cannot give its size');
  return { kind: 'file', path, mode, mtimeMs, sizeBytes, chunkIds };
}

function isLinkTarget(target: string): boolean {
  return target.length > 0 && target.length <= formatLimits.pathCharacters && !target.includes('\0');
}

function instantOf(value: CborValue | undefined): number {
  return wholeOf(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'snapshot');
}

/** Whether any of the paths lies below another item that is no folder; such a snapshot cannot be restored safely. */
export function hasItemBelowFile(items: readonly SnapshotItem[]): boolean {
  const notFolders = new Set(items.filter((item) => item.kind !== 'folder').map((item) => item.path));
  return items.some(({ path }) => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (notFolders.has(path.slice(0, at))) return true;
    }
    return false;
  });
}
