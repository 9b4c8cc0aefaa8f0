import { readFile } from 'node:fs/promises';
import { DatabaseError, PgVaultState } from '@coffer/database';
import { systemClock, toHex } from '@coffer/foundation';
import { restoreRootFile } from '@coffer/key-sealer';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { withDatabase } from '../with-database';
import { requireKeyFiles } from './require-key-files';

/**
 * Makes the root key's file again, and only the one that the database names where it can be asked.
 *
 * @throws AdminError `keys-in-hsm`, `no-such-file`; ShareError, SealerError
 */
export async function runRootRestore(context: AdminContext, files: readonly string[]): Promise<void> {
  const { reporter } = context;
  const config = context.config();
  const folder = requireKeyFiles(config.sealer);
  const shares = await Promise.all(files.map((file) => readShare(file)));
  const wanted = await rootOfDatabase(context);
  const { rootId, isNew } = await restoreRootFile({ folder, shares, wanted, clock: systemClock });
  const root = toHex(rootId);
  const text = isNew
    ? `The root key ${root} is in ${folder} again. Start vault-api.`
    : `The root key ${root} was in ${folder} all along; nothing was changed. The shares are good.`;
  reporter.event('root-restored', { rootId: root, folder, isNew }, text);
}

async function readShare(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AdminError('no-such-file', `The share ${file} cannot be read.`, { cause });
  }
}

/** The id of the root that the database names. Without an answer, vault-api finds out at its start. */
async function rootOfDatabase({ config, reporter }: AdminContext): Promise<Uint8Array | undefined> {
  try {
    const state = await withDatabase(config(), (database) => new PgVaultState(database).stateIfAny());
    return state?.sealingRootId;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'unavailable') throw error;
    reporter.note('The database does not answer, so the shares are checked against themselves alone.');
    return undefined;
  }
}
