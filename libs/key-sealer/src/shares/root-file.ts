import { wipe } from '@coffer/crypto';
import { equalBytes, toHex, type Clock } from '@coffer/foundation';
import { SealerError } from '@coffer/key-vault';
import { createRoot, readRoot, rootIdOf } from '../key-file-root';
import { rootFileName } from '../key-files';
import { ShareError } from './share-error';
import { combineShares, splitRoot } from './split-root';

/** The root key of a folder in shares. */
export interface SplitRoot {
  /** 8 bytes. */
  readonly rootId: Uint8Array;
  /** Texts of five shares, any three of which give the root; each is a secret. */
  readonly shares: readonly string[];
}

/**
 * Splits the root key that is a file. Every call makes a set of its own; shares of two sets do not go together.
 *
 * @throws SealerError `key-missing`, `key-exposed`, `wrong-key`
 */
export async function splitRootFile(folder: string): Promise<SplitRoot> {
  const root = await readRoot(folder);
  if (root === undefined) throw new SealerError('key-missing', `There is no ${rootFileName} in ${folder} to split.`);
  const rootId = rootIdOf(root);
  const shares = await splitRoot(root, rootId);
  wipe(root);
  return { rootId, shares };
}

export interface RootRestoration {
  readonly folder: string;
  /** Texts of at least three shares of one set, in any order. */
  readonly shares: readonly string[];
  /** Id of the root that the database names; undefined where it cannot be asked. */
  readonly wanted: Uint8Array | undefined;
  readonly clock: Clock;
}

/**
 * Makes the root key's file again out of its shares. A file that is there is left as it is.
 *
 * @returns its id, and whether the file was made now
 * @throws ShareError; SealerError `wrong-key` where another root key is there, `key-exposed`
 */
export async function restoreRootFile({
  folder,
  shares,
  wanted,
  clock,
}: RootRestoration): Promise<{ readonly rootId: Uint8Array; readonly isNew: boolean }> {
  const { root, rootId } = await combineShares(shares, rootIdOf);
  if (wanted !== undefined && !equalBytes(rootId, wanted)) {
    wipe(root);
    throw new ShareError(
      'wrong-root',
      `These shares give the root key ${toHex(rootId)}, but the database was sealed under ${toHex(wanted)}. Nothing was written.`,
      { fields: { found: toHex(rootId), wanted: toHex(wanted) } },
    );
  }
  const isNew = await createRoot(folder, root, clock);
  wipe(root);
  const present = await readRoot(folder);
  if (present !== undefined && equalBytes(rootIdOf(present), rootId)) return { rootId, isNew };
  throw new SealerError(
    'wrong-key',
    `${rootFileName} in ${folder} is another root key, and was left as it is. Move it away, then restore again.`,
  );
}
