import { createSha256 } from '@coffer/crypto/node';

import { checkedPieces, collect } from '../content';
import { ObjectStoreError } from '../errors';
import type { ObjectContent, PutOptions } from '../object-store';

/** The largest object that is held in memory to be sent again; packs have 16 MiB. */
const heldBytes = 64 * 1024 * 1024;

/**
 * The content in one piece of memory, checked against what was announced, so that it can be sent again. Bytes that were given as a whole
 * are not copied: a request reads them until it is over, and hands out copies (http-service.ts).
 *
 * @throws ObjectStoreError `checksum-mismatch`; `store-full` above 64 MiB, which no object of a repository has
 */
export async function keptContent(content: ObjectContent, options: PutOptions): Promise<Uint8Array> {
  const length = content instanceof Uint8Array ? content.length : (options.contentLength ?? 0);
  if (length > heldBytes) throw new ObjectStoreError('store-full', 'an object of this store has at most 64 MiB');
  const pieces = checkedPieces(content, options, createSha256);
  if (!(content instanceof Uint8Array)) return collect(pieces);
  // One piece, and what is wrong with it is thrown behind it.
  for await (const piece of pieces) if (piece !== content) throw new TypeError('bytes are one piece');
  return content;
}
