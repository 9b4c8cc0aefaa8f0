import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { toHex } from '@coffer/foundation';
import { splitRootFile } from '@coffer/key-sealer';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { requireKeyFiles } from './require-key-files';
import { showShares } from './show-shares';

/**
 * Splits the root key. Without a folder the shares are shown one at a time, on a terminal only.
 *
 * @throws AdminError `keys-in-hsm`, `target-exists`, `no-terminal`; SealerError
 */
export async function runRootSplit(context: AdminContext, out: string | undefined): Promise<void> {
  const { reporter, signal } = context;
  const folder = requireKeyFiles(context.config().sealer);
  if (out === undefined && (reporter.json || !process.stdin.isTTY || !process.stderr.isTTY)) {
    throw new AdminError('no-terminal', 'Shares are shown on a terminal only. Name a folder for them: --out FOLDER.');
  }
  const { rootId, shares } = await splitRootFile(folder);
  if (out === undefined) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    await showShares(shares, terminal, process.stderr, signal).finally(() => terminal.close());
  } else {
    await writeShares(resolve(out), shares);
  }
  const root = toHex(rootId);
  const fields = { rootId: root, shares: shares.length, ...(out === undefined ? {} : { folder: resolve(out) }) };
  const where =
    out === undefined ? '' : ` They are in ${resolve(out)}: give each to one person, then remove them there.`;
  reporter.event('root-split', fields, `The root key ${root} is in ${shares.length} shares; any 3 restore it.${where}`);
}

/** @throws AdminError `target-exists`, before any share is written */
async function writeShares(folder: string, shares: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [index, share] of shares.entries()) {
    const path = join(folder, `root-share-${index + 1}.txt`);
    const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      throw new AdminError('target-exists', `${path} is there and was left as it is. Name an empty folder.`, { cause });
    });
    try {
      await file.writeFile(share);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
