import { proveRestorability, type Repository } from '@coffer/backup-engine';
import type { PurgeObject } from '@coffer/contracts';
import type { PlaintextIdentity } from '@coffer/evidence';
import { plaintextIdentity, submitProof } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { reportEvents } from '../repository/open-repository';
import { takeIn, type TakeIn } from './take-in';

/** What proving came to. */
export interface Proven {
  readonly takenIn: number;
  readonly proven: number;
  /** Objects that changed meanwhile: they stay, and wait. */
  readonly unproven: number;
  /** Sealed objects that were read whole for the proof, and their bytes. */
  readonly objectsRead: number;
  readonly bytesRead: number;
}

/**
 * Takes in what the current snapshot does not give back, and proves all of it: every sealed object that is needed is read back
 * from the store and hashed.
 *
 * @throws BackupEngineError `damaged`, `missing-object`; VaultClientError `head-behind` where another device was quicker
 */
export async function proveFound(
  context: CommandContext,
  work: TakeIn,
  objects: readonly PurgeObject[],
): Promise<Proven> {
  const { connection, signer, repository } = work;
  let takenIn = await takeIn(context, work, await withoutSameSize(repository, objects));
  const wanted = objects.flatMap((object) => plaintextIdentity(object) ?? []);
  let proof = await prove(context, repository, wanted);
  if (proof.unproven.length > 0) {
    const ids = new Set(proof.unproven.map(({ objectId }) => objectId));
    const more = await takeIn(
      context,
      work,
      objects.filter(({ objectId }) => ids.has(objectId)),
    );
    takenIn += more;
    if (more > 0) proof = await prove(context, repository, wanted);
  }
  const { items, objects: read } = proof.body;
  if (items.length > 0) await submitProof(connection.account, signer, proof.body);
  return {
    takenIn,
    proven: items.length,
    unproven: proof.unproven.length,
    objectsRead: read.length,
    bytesRead: read.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

function prove(context: CommandContext, repository: Repository, wanted: readonly PlaintextIdentity[]) {
  return proveRestorability(repository, wanted, { onEvent: reportEvents(context), signal: context.signal });
}

/** Objects that no file of the current snapshot can give back, for none has their size: known without reading a byte. */
async function withoutSameSize(
  repository: Repository,
  objects: readonly PurgeObject[],
): Promise<readonly PurgeObject[]> {
  if ((await repository.head()) === undefined) return objects;
  const items = await (await repository.openSnapshot()).items();
  const sizes = new Set(items.flatMap((item) => (item.kind === 'file' ? [item.sizeBytes] : [])));
  return objects.filter(({ sizeBytes }) => !sizes.has(sizeBytes));
}
