import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@coffer/crypto';
import { concatBytes, requireBytes, utf8 } from '@coffer/foundation';

import { saltLabel } from '../labels';
import { chunkedSaltBytes } from './sizes';
import type { ChunkedKey } from './types';

const drawnBytes = 32;

/**
 * The salt of a new message (docs/key-labels.md, "Salts"): random bytes, and what the message says. A salt that comes twice under one
 * input key and context would give two messages one key and nonce. The platform's generator alone keeps it from that only as long as
 * its state moves on: a virtual machine that is put back to a moment of a running backup would draw the same bytes again.
 * With the content in it, a salt that comes twice is that of the same message.
 *
 * @param contentHash - 32 bytes, SHA-256 of the plaintext or of something that says all that is in it
 * @param drawn - 32 bytes; from the platform's generator unless a test gives them
 * @returns 24 bytes
 * @throws EncodingError `invalid-length` on bytes of another length
 */
export function newMessageSalt(
  { inputKey }: Pick<ChunkedKey, 'inputKey'>,
  contentHash: Uint8Array,
  drawn: Uint8Array = randomBytes(drawnBytes),
): Uint8Array<ArrayBuffer> {
  requireBytes(contentHash, 32, 'content hash');
  requireBytes(drawn, drawnBytes, 'random bytes');
  // Keyed, so that nobody can try a guess at the content on the salt, even if the random bytes were known.
  const made = hmac(sha512, inputKey, concatBytes(utf8(saltLabel), new Uint8Array(1), drawn, contentHash));
  return made.slice(0, chunkedSaltBytes);
}
