import { hkdfSha256 } from '@coffer/crypto/node';
import { fromBase64Url, toBase64Url, type Clock } from '@coffer/foundation';
import { SealerError } from '@coffer/key-vault';
import { createKeyFile, readKeyFile, rootFileName } from './key-files';
import { sealerLabels } from './labels';

/** Bytes of the root key and of every epoch key in a file. */
export const keyBytes = 32;

const none = new Uint8Array(0);

/** 8 bytes that name a root key that is a file. */
export function rootIdOf(root: Uint8Array): Uint8Array {
  return hkdfSha256(root, none, sealerLabels.rootId, 8);
}

/** The root key of a folder; undefined where there is none. @throws SealerError `key-exposed`, `wrong-key` */
export async function readRoot(folder: string): Promise<Uint8Array | undefined> {
  const file = await readKeyFile(folder, rootFileName);
  if (file === undefined) return undefined;
  const text = file['key'];
  const key = typeof text === 'string' ? fromBase64Url(text) : none;
  if (key.length !== keyBytes) {
    throw new SealerError('wrong-key', `${rootFileName} in ${folder} holds no key of ${keyBytes} bytes`);
  }
  return key;
}

/** Writes the root key of a folder. @returns whether this call made it; false where there was one */
export async function createRoot(folder: string, root: Uint8Array, clock: Clock): Promise<boolean> {
  return createKeyFile(folder, rootFileName, { v: 1, createdAtMs: clock.nowMs(), key: toBase64Url(root) });
}
