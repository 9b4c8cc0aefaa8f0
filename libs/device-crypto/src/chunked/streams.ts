import { randomBytes } from '@coffer/crypto';

import { DeviceCryptoError } from '../errors';
import { messageKeys, newMessageKeys } from './message-keys';
import { pieceDamaged, type PieceCipher, type PieceCipherFactory } from './piece-cipher';
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
  let cipher: PieceCipher | undefined;
  let index = 0;
  for await (const { piece, isLast } of reCut(sealed, chunkedSealedPieceBytes, chunkedHeaderBytes)) {
    if (cipher === undefined) {
      if (isLast) throw truncated();
      cipher = await createCipher(messageKeys(key, piece));
      continue;
    }
    requireIndex(index);
    // Only a final piece is short. Where the message was cut after a full one, nothing is left for it, not even a tag.
    if (isLast && piece.length < chunkedTagBytes) throw truncated();
    yield await cipher.open(index++, piece);
  }
}

function requireIndex(index: number): void {
  if (index >= chunkedMaximumPieces) throw pieceDamaged(index);
}

function truncated(): DeviceCryptoError {
  return new DeviceCryptoError(
    'truncated',
    'the sealed object is cut short; what was read so far is sound but incomplete',
  );
}
