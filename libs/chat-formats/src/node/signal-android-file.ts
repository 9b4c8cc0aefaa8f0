import { openAndroidContent, type AndroidFile, type AndroidFileOptions } from '../signal-android/android-file';
import type { AndroidKeys } from '../signal-android/android-keys';
import { nodeCiphers, openPieceSource } from './node-platform';

/** `openAndroidContent` of a file. */
export function openAndroidFile(
  path: string,
  keysOf: (salt: Uint8Array) => AndroidKeys,
  options: AndroidFileOptions = {},
): Promise<AndroidFile> {
  return openAndroidContent(openPieceSource(path), nodeCiphers, keysOf, options);
}
