import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256 } from '@coffer/crypto/node';
import { toHex } from '@coffer/foundation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nodePlatform, restoreSnapshot } from '../src/node';
import { workerInThisThread as startWorker } from './same-thread';
import { committedVectors, type CommittedVector, type Expected } from './committed-vectors';
import { openVector, refusalOf, storeOf } from './read-vector';

const vectors = committedVectors();
const named = (those: readonly CommittedVector[]): readonly [string, CommittedVector][] =>
  those.map((each) => [each.name, each]);
const restorable = vectors.filter(({ file }) => file.opens !== undefined && file.opens.head !== null);
/** Faults of conversations do not hinder the restore of files. */
const unrestorable = vectors.filter(({ name, file }) => file.opens === undefined && !name.startsWith('segment'));

let target: string;
beforeEach(() => {
  target = mkdtempSync(join(tmpdir(), 'coffer-vectors-'));
});
afterEach(() => rmSync(target, { recursive: true, force: true }));

async function restore(vector: CommittedVector): Promise<void> {
  const repository = await openVector(vector, nodePlatform, await storeOf(vector));
  await restoreSnapshot(repository, await repository.openSnapshot(), target, { startWorker, workers: 1 });
}

function restored({ files, folders, links }: Expected): object {
  const facts = (path: string): { readonly mode: number; readonly mtimeMs: number } => {
    const { mode, mtimeMs } = statSync(join(target, path));
    return { mode: mode & 0o777, mtimeMs };
  };
  return {
    files: files.map(({ path }) => {
      const bytes = readFileSync(join(target, path));
      return { path, ...facts(path), sizeBytes: bytes.length, sha256: toHex(sha256(bytes)) };
    }),
    folders: folders.map(({ path }) => ({ path, ...facts(path) })),
    links: links.map(({ path }) => ({ path, target: readlinkSync(join(target, path)) })),
  };
}

describe('restoring the vectors of the format', () => {
  it.each(named(restorable))('%s gives what it tells', async (_name, vector) => {
    const { refused, opens } = vector.file;
    const refusal = await refusalOf(() => restore(vector));
    if (refused !== undefined && refusal !== undefined) {
      expect(refusal.code).toBe(refused.code);
      return;
    }
    expect(refusal).toBeUndefined();
    const { files, folders } = opens!;
    const links = opens!.links.map(({ path, target: to }) => ({ path, target: to }));
    expect(restored(opens!)).toEqual({ files, folders, links });
  });

  it.each(named(unrestorable))('%s is refused', async (_name, vector) => {
    const { code, object } = vector.file.refused!;
    const refusal = await refusalOf(() => restore(vector));
    expect(refusal?.code).toBe(code);
    expect(refusal?.object ?? object).toBe(object);
  });

  it('ran them all', () => {
    expect([restorable.length >= 29, unrestorable.length >= 70]).toEqual([true, true]);
  });
});
