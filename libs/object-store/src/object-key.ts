import { ObjectStoreError } from './errors';

const longestKey = 1024;
// A segment never starts with a dot: no traversal, and a disk store has those names to itself for temporary files.
const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})*$/;
const prefixPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})?$/;

/**
 * Guard for keys: segments of 1 to 200 characters out of `A-Z a-z 0-9 . _ -`, none starting with a dot, joined by `/`; at
 * most 1024 characters in all. So a key means the same on every store, and can leave no folder.
 *
 * @returns `key` itself
 * @throws ObjectStoreError `invalid-key`
 */
export function requireObjectKey(key: string): string {
  if (!isObjectKey(key)) {
    throw new ObjectStoreError(
      'invalid-key',
      'not an object key: relative, made of A-Z a-z 0-9 . _ - and single slashes',
    );
  }
  return key;
}

/** Whether a name that a store lists can be a key; others are not this program's. */
export function isObjectKey(name: string): boolean {
  return name.length <= longestKey && keyPattern.test(name);
}

/**
 * Guard for the start of keys; may be empty, and may end in the middle of a segment.
 *
 * @returns `prefix` itself
 * @throws ObjectStoreError `invalid-key`
 */
export function requireKeyPrefix(prefix: string): string {
  if (prefix.length > longestKey || !prefixPattern.test(prefix)) {
    throw new ObjectStoreError('invalid-key', 'not the start of an object key');
  }
  return prefix;
}
