import { decodePackTable, packTablePlace, parsePackPath, type IndexedPack } from '@coffer/backup-format';
import { fromHex } from '@coffer/foundation';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import type { RepositoryAccess } from './repository-access';

/**
 * Reads the table of a pack from the pack itself, in two or three ranges. The table is authentic: only holders of the epoch key can
 * seal it.
 *
 * @param path - of a pack within the repository
 * @returns undefined where it cannot be read: it may be another device's, or rubbish
 */
export async function readPackTable(
  access: RepositoryAccess,
  path: string,
  sealedBytes: number,
): Promise<IndexedPack | undefined> {
  const { epoch, idHex } = parsePackPath(path)!;
  const packId = fromHex(idHex);
  try {
    const reader = await access.objects.openReader({ kind: 'pack', epoch, id: packId }, sealedBytes);
    await reader.authenticateSize();
    const { plainSize } = reader;
    const lastBytes = await reader.read(Math.max(0, plainSize - 4), Math.min(4, plainSize));
    return await readingObject(path, async () => {
      const { tableOffset, tableLength } = packTablePlace(plainSize, lastBytes);
      const table = await reader.read(tableOffset, tableLength);
      decodePackTable(table);
      return { epoch, packId, sealedBytes, table };
    });
  } catch (error) {
    if (error instanceof BackupEngineError) return undefined;
    throw error;
  }
}
