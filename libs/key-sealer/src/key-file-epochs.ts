import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openXChaCha, randomBytes, sealXChaCha, wipe } from '@coffer/crypto';
import { hkdfSha256 } from '@coffer/crypto/node';
import { concatBytes, encodeCbor, fromBase64Url, toBase64Url, toHex, type Clock } from '@coffer/foundation';
import { SealerError, type SealingEpochInfo } from '@coffer/key-vault';
import { keyBytes } from './key-file-root';
import { createKeyFile, epochFileName, listEpochs, readKeyFile, syncFolder } from './key-files';
import { sealerLabels } from './labels';

/** The key of an epoch, unwrapped. */
export interface EpochKey extends SealingEpochInfo {
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const nonceBytes = 24;
const none = new Uint8Array(0);
/** A key that is being destroyed bears this after its name, so that nobody takes a half-overwritten file for a key. */
const endingSuffix = '.ending';

/** The key that wraps the epoch keys of a root. */
export function epochWrapOf(root: Uint8Array): Uint8Array {
  return hkdfSha256(root, none, sealerLabels.epochWrap, keyBytes);
}

/** Makes the key of an epoch; where there is one already it stays. */
export async function createEpochFile(folder: string, epoch: number, wrap: Uint8Array, clock: Clock): Promise<void> {
  const key = randomBytes(keyBytes);
  const nonce = randomBytes(nonceBytes);
  const keyId = hkdfSha256(key, none, sealerLabels.epochId, 8);
  const sealed = concatBytes(nonce, sealXChaCha(wrap, nonce, key, encodeCbor({ epoch, keyId })));
  wipe(key);
  await createKeyFile(folder, epochFileName(epoch), {
    v: 1,
    epoch,
    createdAtMs: clock.nowMs(),
    keyId: toHex(keyId),
    sealed: toBase64Url(sealed),
  });
}

/** The keys of a folder, oldest first. @throws SealerError `wrong-key`, `key-exposed` */
export async function readEpochFiles(folder: string, wrap: Uint8Array): Promise<readonly EpochKey[]> {
  const keys = await Promise.all((await listEpochs(folder)).map((epoch) => readEpochFile(folder, epoch, wrap)));
  // one that another process destroyed between the listing and the reading is none
  return keys.filter((key) => key !== undefined);
}

async function readEpochFile(folder: string, epoch: number, wrap: Uint8Array): Promise<EpochKey | undefined> {
  const name = epochFileName(epoch);
  const file = await readKeyFile(folder, name);
  if (file === undefined) return undefined;
  const { keyId, createdAtMs, sealed } = file;
  const wrong = (cause?: unknown): SealerError =>
    new SealerError('wrong-key', `${name} in ${folder} does not belong to the root key beside it`, { cause });
  if (typeof keyId !== 'string' || typeof createdAtMs !== 'number' || typeof sealed !== 'string') throw wrong();
  try {
    const bytes = fromBase64Url(sealed);
    const id = new Uint8Array(Buffer.from(keyId, 'hex'));
    const associated = encodeCbor({ epoch, keyId: id });
    const key = openXChaCha(wrap, bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes), associated);
    return { epoch, keyId: id, createdAtMs, key };
  } catch (cause) {
    throw wrong(cause);
  }
}

/**
 * Destroys the key of an epoch: renames its file, overwrites it and deletes it, each step on disk before the next. It is best
 * effort, for a disk may keep what was overwritten. What an earlier call left half done is finished.
 */
export async function destroyEpochFile(folder: string, epoch: number): Promise<void> {
  const path = join(folder, epochFileName(epoch));
  const ending = `${path}${endingSuffix}`;
  await rename(path, ending).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  });
  const names: readonly string[] = await readdir(folder).catch(() => []);
  if (!names.includes(`${epochFileName(epoch)}${endingSuffix}`)) return;
  await syncFolder(folder);
  const file = await open(ending, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(randomBytes(size), 0, size, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(ending, { force: true });
  await syncFolder(folder);
}
