import { randomBytes } from '@coffer/crypto';

import { DeviceCryptoError } from '../errors';
import { messageKeys, newMessageKeys } from './message-keys';
import { pieceDamaged, type PieceCipherFactory } from './piece-cipher';
import { reCut } from './re-cut';
import {
  chunkedHeaderBytes,
  chunkedMaximumPieces,
  chunkedPieceBytes,
  chunkedSaltBytes,
  chunkedSealedPieceBytes,
  chunkedTagBytes,
} from './sizes';
import type { ChunkedKey } from './types';

type Parts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Out = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** Seals a stream with a platform's cipher. See `ChunkedEncryption.sealStream`. */
export async function* sealStream(createCipher: PieceCipherFactory, key: ChunkedKey, plaintext: Parts): Out {
  const { keys, header } = newMessageKeys(key, randomBytes(chunkedSaltBytes));
  const cipher = await createCipher(keys);
  yield header;
  let index = 0;
  for await (const { piece } of reCut(plaintext, chunkedPieceBytes)) {
    requireIndex(index);
    yield await cipher.seal(index++, piece);
  }
}

/** Opens a stream with a platform's cipher. See `ChunkedEncryption.openStream`. */
export async function* openStream(createCipher: PieceCipherFactory, key: ChunkedKey, sealed: Parts): Out {
  const { header, rest } = await splitHeader(sealed);
  const cipher = await createCipher(messageKeys(key, header));
  let index = 0;
  for await (const { piece, isLast } of reCut(rest, chunkedSealedPieceBytes)) {
    requireIndex(index);
    // Only a final piece is short. Where the message was cut after a full one, nothing is left for it, not even a tag.
    if (isLast && piece.length < chunkedTagBytes) throw truncated();
    yield await cipher.open(index++, piece);
  }
}

/** The first 56 bytes, and the stream of what follows. */
async function splitHeader(parts: Parts): Promise<{ readonly header: Uint8Array; readonly rest: Parts }> {
  const iterator = Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  const header = new Uint8Array(chunkedHeaderBytes);
  let filled = 0;
  let left: Uint8Array = new Uint8Array(0);
  while (filled < header.length) {
    const next = await iterator.next();
    if (next.done === true) throw truncated();
    const taken = Math.min(header.length - filled, next.value.length);
    header.set(next.value.subarray(0, taken), filled);
    left = next.value.subarray(taken);
    filled += taken;
  }
  return { header, rest: following(left, iterator) };
}

async function* following(
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Damage in the final piece and bytes after it look the same to a stream: both fail its tag. */
function requireIndex(index: number): void {
  if (index >= chunkedMaximumPieces) throw pieceDamaged(index);
}

function truncated(): DeviceCryptoError {
  return new DeviceCryptoError(
    'truncated',
    'the sealed object is cut short; what was read so far is sound but incomplete',
  );
}
