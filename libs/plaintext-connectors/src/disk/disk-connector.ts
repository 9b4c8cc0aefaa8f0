import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { randomBytes } from '@coffer/crypto';
import { createSha256 } from '@coffer/crypto/node';
import { toHex } from '@coffer/foundation';
import {
  ConnectorError,
  CopyKind,
  type ConnectorListing,
  type DeleteOutcome,
  type ExpectedObject,
  type FoundObject,
} from '@coffer/purge';

import type { ContentRange, PlaintextConnector } from '../plaintext-connector';
import { kindByName } from '../rules/copy-kind';
import { ruleFirstBytes, type PlaintextRules } from '../rules/plaintext-rules';
import { deleteFile, nameBeforeAside } from './delete-file';
import { insideRoot, realRoot } from './inside-root';
import { openFile, readFile, versionOf } from './open-file';
import { diskError, onDisk, systemCode } from './system-error';

/** A folder tree in which plaintext backups may lie. */
export interface DiskConnectorOptions {
  /** Nothing outside of it is read or changed. */
  readonly root: string;
  readonly rules: PlaintextRules;
}

const deepest = 32;

/**
 * Plaintext backups in folders of this machine: a local cloud folder, a mounted share. Locations are paths below the root. Files are
 * deleted for good; what the disk's own snapshots keep is out of reach.
 */
export class DiskConnector implements PlaintextConnector {
  readonly provider = 'disk';
  readonly #root: string;
  readonly #rules: PlaintextRules;

  constructor({ root, rules }: DiskConnectorOptions) {
    this.#root = root;
    this.#rules = rules;
  }

  async *inventory(location: string): AsyncGenerator<FoundObject, void> {
    const root = await realRoot(this.#root);
    const folder = await onDisk(() => insideRoot(root, location));
    yield* this.#walk(location, folder, '', 0);
  }

  async listAgain(location: string): Promise<ConnectorListing> {
    return { found: await Array.fromAsync(this.inventory(location)), requestId: `disk-${toHex(randomBytes(12))}` };
  }

  async sha256(object: FoundObject): Promise<{ sha256: Uint8Array; sizeBytes: number }> {
    const hash = createSha256();
    let sizeBytes = 0;
    for await (const piece of this.read(object)) {
      hash.update(piece);
      sizeBytes += piece.length;
    }
    return { sha256: hash.digest(), sizeBytes };
  }

  async *read(object: FoundObject, range?: ContentRange): AsyncGenerator<Uint8Array, void> {
    try {
      const file = await openFile(await this.#pathOf(object), object.version);
      try {
        yield* readFile(file, range?.offset, range?.length);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw diskError(error);
    }
  }

  async delete(object: FoundObject, expected: ExpectedObject): Promise<DeleteOutcome> {
    try {
      return await deleteFile(await this.#pathOf(object), expected);
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'changed') return { outcome: 'changed' };
      throw diskError(error);
    }
  }

  async #pathOf({ location, providerObjectId }: FoundObject): Promise<string> {
    return insideRoot(await realRoot(this.#root), location, providerObjectId);
  }

  /** @param below - path of the folder below the location, empty or ending in a slash */
  async *#walk(location: string, folder: string, below: string, depth: number): AsyncGenerator<FoundObject, void> {
    if (depth > deepest) throw new ConnectorError('location-refused', 'the folders are nested too deeply');
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* this.#walk(location, path, `${below}${entry.name}/`, depth + 1);
      else if (entry.isFile()) {
        const found = await this.#judge(location, path, below, entry.name);
        if (found !== undefined) yield found;
      }
    }
  }

  async #judge(location: string, path: string, below: string, name: string): Promise<FoundObject | undefined> {
    // A file that was put aside counts as what it was.
    const namedAs = nameBeforeAside(name) ?? name;
    if (!this.#rules.matchesName(below + namedAs)) return undefined;
    try {
      const stats = await lstat(path, { bigint: true });
      const verdict = stats.isFile() ? this.#rules.judge(below + namedAs, await firstBytes(path)) : undefined;
      if (verdict === undefined) return undefined;
      const kind = namedAs === name ? kindByName(name) : CopyKind.temporary;
      return { ...describeFile(location, below + name, name, stats), kind, verdict };
    } catch (error) {
      // It went while it was looked at.
      if (systemCode(error) === 'ENOENT') return undefined;
      throw diskError(error);
    }
  }
}

function describeFile(
  location: string,
  path: string,
  name: string,
  stats: BigIntStats,
): Omit<FoundObject, 'kind' | 'verdict'> {
  return {
    ...{ provider: 'disk', location, providerObjectId: path, copyId: '', path, name },
    version: versionOf(stats),
    sizeBytes: Number(stats.size),
    modifiedMs: Number(stats.mtimeNs / 1_000_000n),
    etag: null,
  };
}

async function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return await readEntries(folder);
  } catch (error) {
    // An account without a folder has no backups; the root itself was found to be there.
    if (systemCode(error) === 'ENOENT') return [];
    throw diskError(error);
  }
}

async function readEntries(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await openFile(path, undefined);
  try {
    const bytes = new Uint8Array(ruleFirstBytes);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
