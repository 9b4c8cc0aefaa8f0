import { createSha256 } from '@coffer/crypto/node';

import { checkedPieces, collect } from '../content';
import { ObjectStoreError } from '../errors';
import type { ObjectContent, PutOptions } from '../object-store';

/** The largest object that is held in memory to be sent again; packs have 16 MiB. */
const heldBytes = 64 * 1024 * 1024;

/**
 * The content in memory of its own, checked against what was announced, so that it can be sent again.
 *
 * @throws ObjectStoreError `checksum-mismatch`; `store-full` above 64 MiB, which no object of a repository has
 */
export async function keptContent(content: ObjectContent, options: PutOptions): Promise<Uint8Array<ArrayBuffer>> {
  const length = content instanceof Uint8Array ? content.length : (options.contentLength ?? 0);
  if (length > heldBytes) throw new ObjectStoreError('store-full', 'an object of this store has at most 64 MiB');
  return collect(checkedPieces(content, options, createSha256));
}
