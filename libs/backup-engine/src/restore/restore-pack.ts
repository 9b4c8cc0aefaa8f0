import { chunkIdBytes } from '@coffer/backup-format';

import { openChunk } from '../chunk-index';
import type { EnginePlatform } from '../platform';
import { releaseWhole } from '../release';
import type { PackRestore } from '../workers/worker-messages';
import type { ChunkWriter } from '../workers/worker-platform';

/**
 * Opens a pack, in the memory of its sealed form, and writes its chunks where they belong. Every chunk is authenticated and its
 * id recomputed before a byte of it is written.
 *
 * @param platform - what it decompresses may be valid until the next chunk is
 * @throws DeviceCryptoError, BackupFormatError on damage; what the writer throws (`ENOSPC`, …)
 */
export async function restorePack(platform: EnginePlatform, job: PackRestore, writer: ChunkWriter): Promise<void> {
  const plaintext = await platform.openTaking(job.key, job.sealed);
  let opened: { readonly chunk: number; readonly raw: Uint8Array } | undefined;
  try {
    for (let at = 0; at < job.writes.length; at += 3) {
      const chunk = job.writes[at]!;
      if (opened?.chunk !== chunk) {
        if (opened !== undefined) releaseWhole(opened.raw);
        opened = { chunk, raw: await openAt(platform, job, plaintext, chunk) };
      }
      await writer.write(job.writes[at + 1]!, job.writes[at + 2]!, opened.raw);
    }
    await writer.settled();
  } finally {
    if (opened !== undefined) releaseWhole(opened.raw);
  }
}

async function openAt(
  platform: EnginePlatform,
  job: PackRestore,
  plaintext: Uint8Array,
  chunk: number,
): Promise<Uint8Array> {
  const [offset, storedLength, rawLength] = job.places.subarray(3 * chunk, 3 * chunk + 3);
  const stored = plaintext.subarray(offset, offset! + storedLength!);
  const id = job.ids.subarray(chunk * chunkIdBytes, (chunk + 1) * chunkIdBytes);
  return openChunk(platform, job.chunkIdKey, stored, { id, rawLength: rawLength! });
}
