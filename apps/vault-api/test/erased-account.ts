import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeStatementHeader, signedStatementFromJson } from '@coffer/evidence';
import { newUuid, toHex } from '@coffer/foundation';
import { RepositoryDevice } from './repository-device';
import type { TestDevice } from './test-device';
import type { VaultBench } from './vault-bench';

/** An account with digits, a password and a repository with a backup. */
export async function ownedAccount(device: TestDevice): Promise<RepositoryDevice> {
  const mine = await RepositoryDevice.claim(device);
  mine.device.isOwner = true;
  const set = await mine.device.setPassword('right');
  if (set.status !== 201) throw new Error(`no password: ${set.text}`);
  await mine.backUp(['packs/1/aa/aa00']);
  return mine;
}

/** Deletes an account at once, by the signature of `device`, asked for by `of`. */
export async function deleteNow(device: TestDevice, of: TestDevice = device) {
  const signed = await device.statement('delete-account', { deletionId: newUuid() });
  const header = encodeStatementHeader(signedStatementFromJson(signed));
  return of.call('DELETE', '/v1/account', undefined, { 'coffer-statement': header });
}

/** Tables that still hold a row which names the account. */
export async function tablesWith(bench: VaultBench, accountId: string): Promise<readonly string[]> {
  const tables = await bench.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'account_id' ORDER BY table_name`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await bench.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${name} WHERE account_id = $1::uuid`, [
      accountId,
    ]);
    if (row!.n > 0) found.push(name);
  }
  return found;
}

/** Objects in the operator's store, of one repository or of all. */
export function storedObjects(bench: VaultBench, repository?: RepositoryDevice): number {
  const all = join(bench.home, 'repositories');
  const folder = repository === undefined ? all : join(all, toHex(repository.repositoryId));
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
