import type { VerifyReport } from '@coffer/backup-engine';
import { parsePackPath } from '@coffer/backup-format';
import { fromUtf8 } from '@coffer/foundation';
import { z } from 'zod';

import type { HomeDirectory } from '../home/home-directory';

const kept = z.strictObject({ v: z.literal(1), packs: z.array(z.string()) });

/**
 * The packs that this device found damaged and has not found sound since; a backup does not build on them. A pack names no content.
 *
 * @param repositoryId - 16 bytes
 * @returns paths within the repository; none where what was kept cannot be read
 */
export async function readDamagedPacks(home: HomeDirectory, repositoryId: Uint8Array): Promise<ReadonlySet<string>> {
  const bytes = await home.read(home.damagedFile(repositoryId));
  if (bytes === undefined) return new Set();
  try {
    return new Set(kept.parse(JSON.parse(fromUtf8(bytes))).packs);
  } catch {
    return new Set();
  }
}

/** Adds what a verification found damaged, and takes out what it found sound: a store may have been mended. */
export async function keepDamagedPacks(
  home: HomeDirectory,
  repositoryId: Uint8Array,
  { problems, packs }: Pick<VerifyReport, 'problems' | 'packs'>,
): Promise<void> {
  const known = await readDamagedPacks(home, repositoryId);
  const damaged = new Set(known);
  for (const { path } of packs) damaged.delete(path);
  for (const { code, path } of problems) {
    if (code === 'damaged' && parsePackPath(path) !== undefined) damaged.add(path);
  }
  if (damaged.size === known.size && [...damaged].every((path) => known.has(path))) return;
  await home.write(home.damagedFile(repositoryId), `${JSON.stringify({ v: 1, packs: [...damaged].sort() })}\n`);
}
