import { isMediaName } from '@coffer/file-kinds';
import picomatch from 'picomatch';

import { UsageError } from '../output/usage-error';

/**
 * What a backup leaves out.
 *
 * @param patterns - values of `--exclude`. One without a slash is held against the name of each file and folder, one with a slash
 *   against its path from the source on
 * @param isWithoutMedia - leaves out pictures, videos and sounds, known by their names
 * @returns undefined where nothing is left out
 * @throws UsageError on a pattern that is empty
 */
export function exclusionsOf(
  patterns: readonly string[],
  isWithoutMedia: boolean,
): ((itemPath: string, isFolder: boolean) => boolean) | undefined {
  if (patterns.length === 0 && !isWithoutMedia) return undefined;
  const options = { dot: true, nonegate: true, strictSlashes: false } as const;
  const tests = patterns.map((pattern) => {
    const trimmed = pattern.replace(/^\.?\/+|\/+$/g, '');
    if (trimmed === '') throw new UsageError('--exclude takes a pattern such as "*.tmp" or "WhatsApp/.Thumbs".');
    const matches = picomatch(trimmed, options);
    return trimmed.includes('/') ? matches : (path: string) => matches(path.slice(path.lastIndexOf('/') + 1));
  });
  return (itemPath, isFolder) =>
    (isWithoutMedia && !isFolder && isMediaName(itemPath)) || tests.some((test) => test(itemPath));
}
