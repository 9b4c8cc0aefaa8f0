import { damaged, invalidValue, tooLarge, type ObjectKind } from './fields';
import { formatLimits } from './limits';

/** Whether `path` can name an item: names joined by `/`, none empty, `.` or `..`, no NUL, well-formed, at most 4096 long. */
export function isItemPath(path: string): boolean {
  if (path.length === 0 || path.length > formatLimits.pathCharacters || !path.isWellFormed()) return false;
  return !path.includes('\0') && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** Guard for paths that are written. @throws BackupFormatError `invalid-value`; the path is not in the message */
export function requireItemPath(path: string): string {
  if (!isItemPath(path)) throw invalidValue('a file name has no form in the format (empty, too long or not text)');
  return path;
}

/** Guard for paths from outside. @throws BackupFormatError `damaged`, `too-large` */
export function itemPathOf(value: unknown, object: ObjectKind): string {
  if (typeof value !== 'string') throw damaged(object, 'a path is expected');
  if (value.length > formatLimits.pathCharacters) throw tooLarge(object, 'a path', formatLimits.pathCharacters);
  if (!isItemPath(value)) throw damaged(object, 'a path would leave its folder or is none');
  return value;
}
