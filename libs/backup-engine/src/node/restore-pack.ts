import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';

import { chunkIdBytes } from '@coffer/backup-format';
import { openChunkedSync } from '@coffer/device-crypto/node';

import { openChunk } from '../chunk-index';
import type { EnginePlatform } from '../platform';
import { releaseWhole } from '../release';
import { systemCodeOf } from './portable-error';
import type { FileToFinish, PackRestore } from './worker-messages';

/**
 * Opens a pack, in the memory of its sealed form, and writes its chunks where they belong. Every chunk is authenticated and its
 * id recomputed before a byte of it is written.
 *
 * @param platform - what it decompresses may be valid until the next chunk is
 * @throws DeviceCryptoError, BackupFormatError on damage; errors of node:fs (`ENOSPC`, …)
 */
export async function restorePack(platform: EnginePlatform, job: PackRestore): Promise<void> {
  const plaintext = openChunkedSync(job.key, job.sealed, job.sealed);
  const open = new Map<number, number>();
  let opened: { readonly chunk: number; readonly raw: Uint8Array } | undefined;
  try {
    for (let at = 0; at < job.writes.length; at += 3) {
      const chunk = job.writes[at]!;
      const fileNumber = job.writes[at + 1]!;
      if (opened?.chunk !== chunk) {
        if (opened !== undefined) releaseWhole(opened.raw);
        opened = { chunk, raw: await openAt(platform, job, plaintext, chunk) };
      }
      let file = open.get(fileNumber);
      if (file === undefined) {
        file = openSync(job.files[fileNumber]!, 'r+');
        open.set(fileNumber, file);
      }
      writeAll(file, opened.raw, job.writes[at + 2]!);
      // Few files are open at once: writes come in the order of the files.
      if (open.size > filesOpen) closeOldest(open);
    }
  } finally {
    if (opened !== undefined) releaseWhole(opened.raw);
    for (const file of open.values()) closeSync(file);
  }
}

const filesOpen = 16;

/**
 * Gives complete files their mode, time and final name.
 *
 * @throws error of node:fs; `EEXIST` where a name is taken, of a file that is then left alone
 */
export function finishFiles(files: readonly FileToFinish[]): void {
  for (const { temporary, path, mode, mtimeMs } of files) {
    chmodSync(temporary, mode);
    utimesSync(temporary, mtimeMs / 1000, mtimeMs / 1000);
    giveName(temporary, path);
  }
}

/** Renaming would replace what has the name. Where a file system has no hard links, a look before has to do. */
function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!noLinks.has(systemCodeOf(error))) throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw Object.assign(new TypeError('the name of a file is taken'), { code: 'EEXIST' });
    }
    renameSync(temporary, path);
    return;
  }
  unlinkSync(temporary);
}

const noLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

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

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, position + at);
}

function closeOldest(open: Map<number, number>): void {
  const [number, file] = open.entries().next().value!;
  open.delete(number);
  closeSync(file);
}
