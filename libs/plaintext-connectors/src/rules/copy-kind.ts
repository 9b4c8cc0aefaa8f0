import { CopyKind } from '@coffer/purge';

/** A date in the name, as apps give to older copies: msgstore-2026-01-31.1.db. */
const rotatedName = /-\d{4}-\d{2}-\d{2}(?:\.\d+)?\./;
const temporaryName = /(?:\.(?:tmp|part|partial|crdownload|bak)|~)$/i;

/** What an object's name says about the kind of copy that it is. */
export function kindByName(name: string): CopyKind {
  if (temporaryName.test(name)) return CopyKind.temporary;
  return rotatedName.test(name) ? CopyKind.rotated : CopyKind.current;
}
