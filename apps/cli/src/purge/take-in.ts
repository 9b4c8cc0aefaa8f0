import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Repository } from '@coffer/backup-engine';
import { backUp } from '@coffer/backup-engine/node';
import type { PurgeObject } from '@coffer/contracts';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import { readPlaintext, type OwnerSigner } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import type { HomeDirectory } from '../home/home-directory';
import { printable } from '../output/printable';
import { startEngineWorker } from '../repository/engine-workers';
import { lockRepository } from '../repository/lock-repository';
import { reportEvents } from '../repository/open-repository';
import type { VaultConnection } from '../vault/connect-vault';
import { namesFor, takenInSource } from './taken-in-names';

/** Begins the name of a folder of the home that holds plaintext while it is taken in. */
const folderPrefix = 'taking-in-';

/** What taking in works with. */
export interface TakeIn {
  readonly connection: VaultConnection;
  readonly signer: OwnerSigner;
  readonly repository: Repository;
}

/**
 * Brings plaintext copies that no backup contains into the encrypted backup: each is streamed to a folder of this device that
 * nobody else can read, backed up beside everything that the current snapshot holds, and removed from this device again.
 *
 * @returns how many were taken in; one that changed on its way is left out with a warning, and stays where it is
 * @throws VaultClientError, BackupEngineError; the error of the file system
 */
export async function takeIn(
  context: CommandContext,
  { connection, signer, repository }: TakeIn,
  objects: readonly PurgeObject[],
): Promise<number> {
  if (objects.length === 0) return 0;
  const { home } = connection;
  await home.ensure();
  // One run at a time: whatever an interrupted one left is nobody's then.
  const lock = await lockRepository({ repository, home });
  try {
    await removeLeftOvers(home);
    const folder = await mkdtemp(join(home.path, folderPrefix));
    try {
      await chmod(folder, 0o700);
      const taken = await fetchAll(context, { connection, signer, repository }, objects, folder);
      if (taken > 0) await backUpBeside(context, repository, join(folder, takenInSource));
      return taken;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}

async function removeLeftOvers(home: HomeDirectory): Promise<void> {
  for (const name of await home.list(home.path)) {
    if (name.startsWith(folderPrefix)) await rm(join(home.path, name), { recursive: true, force: true });
  }
}

async function fetchAll(
  { reporter, signal }: CommandContext,
  { connection, signer, repository }: TakeIn,
  objects: readonly PurgeObject[],
  folder: string,
): Promise<number> {
  const names = namesFor(objects, await pathsOf(repository));
  const totalBytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  let taken = 0;
  for (const object of objects) {
    const name = names.get(object.objectId);
    // A second copy of the same bytes comes back from the same item.
    if (name === undefined) continue;
    const content = readPlaintext(connection.account, signer, object, signal);
    const isWhole = await fetchInto(join(folder, name), object, content, (bytes) => {
      doneBytes += bytes;
      const counted = { doneItems: taken, totalItems: objects.length };
      reporter.progress({ phase: 'taking in', doneBytes, totalBytes, ...counted });
    });
    if (isWhole) taken++;
    else {
      const message = `${printable(object.name)} changed while it was fetched. It stays where it is; run this again.`;
      reporter.warn('changed-meanwhile', message);
    }
  }
  return taken;
}

async function pathsOf(repository: Repository): Promise<readonly string[]> {
  if ((await repository.head()) === undefined) return [];
  return (await (await repository.openSnapshot()).items()).map(({ path }) => path);
}

/** @returns whether what came is what the worker hashed; otherwise nothing is left of it */
async function fetchInto(
  path: string,
  { sizeBytes, sha256, modifiedAt }: PurgeObject,
  content: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let received = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const piece of content) {
      received += piece.length;
      if (received > sizeBytes) break;
      hash.update(piece);
      for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
      onBytes(piece.length);
    }
  } finally {
    await handle.close();
  }
  const isWhole = received === sizeBytes && sha256 !== null && equalBytes(hash.digest(), fromBase64Url(sha256));
  const modified = new Date(modifiedAt);
  if (isWhole) await utimes(path, modified, modified);
  else await rm(path);
  return isWhole;
}

async function backUpBeside(context: CommandContext, repository: Repository, source: string): Promise<void> {
  await backUp(repository, [source], {
    startWorker: startEngineWorker,
    deviceName: hostname(),
    keeps: () => true,
    onEvent: reportEvents(context),
    signal: context.signal,
  });
}
