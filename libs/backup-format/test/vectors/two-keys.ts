import { createHmac } from 'node:crypto';

import { sha256 } from '@coffer/crypto';
import type { ChunkedKey } from '@coffer/device-crypto';
import { concatBytes, toHex, utf8 } from '@coffer/foundation';

import { collidingBlock, keyStream, type GcmKey } from './gcm-collision';
import { seededRandom } from './random-source';
import type { RepositoryMaker } from './repository-maker';
import { noise } from './sample-content';
import { refused, type Made } from './small-repository';
import type { VectorFile, VectorRecipe } from './vector';

const saltBytes = 24;
const commitmentBytes = 32;
const pieceBytes = 16_384;
/** The block of the first piece that makes both tags equal, and its place in the file: one flag byte stands before it. */
const freeBlock = 7;
const freeAt = 16 * freeBlock - 1;

const random = seededRandom('two keys');
const sealing = { packId: random(16), salt: random(saltBytes) };
const other: ChunkedKey = { inputKey: random(32), context: utf8('anything at all') };

/** Key, base nonce and commitment of Cobblestone-256, by hand (C2SP chunked-encryption; HKDF-Expand of RFC 5869). */
function deriveKeys({ inputKey, context }: ChunkedKey, salt: Uint8Array): GcmKey & { readonly commitment: Uint8Array } {
  const info = concatBytes(utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM'), Uint8Array.of(0), salt, context);
  const first = createHmac('sha512', inputKey).update(info).update(Uint8Array.of(1)).digest();
  const second = createHmac('sha512', inputKey).update(first).update(info).update(Uint8Array.of(2)).digest();
  const output = concatBytes(first, second);
  return { key: output.slice(0, 32), nonce: output.slice(32, 44), commitment: output.slice(44, 44 + commitmentBytes) };
}

const keysOfPack = (maker: RepositoryMaker): GcmKey =>
  deriveKeys(maker.keyOf('pack', maker.epoch, sealing.packId), sealing.salt);

const xor = (left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(left.map((byte, at) => byte ^ right[at]!));

/** A file whose chunk fills the first piece so that it opens under both keys. */
function collidingFile(maker: RepositoryMaker): Uint8Array<ArrayBuffer> {
  const ours = keysOfPack(maker);
  const file = noise('two keys', pieceBytes + 1000);
  file.fill(0, freeAt, freeAt + 16);
  const stream = keyStream(ours, pieceBytes);
  const ciphertext = xor(concatBytes(Uint8Array.of(0), file.subarray(0, pieceBytes - 1)), stream);
  ciphertext.fill(0, 16 * freeBlock, 16 * freeBlock + 16);
  const block = collidingBlock(ours, deriveKeys(other, sealing.salt), ciphertext, freeBlock);
  file.set(xor(block, stream.subarray(16 * freeBlock, 16 * freeBlock + 16)), freeAt);
  return file;
}

/** Puts the other key's commitment into the header. */
function commitToOther({ maker, paths }: Made): Partial<VectorFile> {
  const sealed = maker.objects.get(paths.pack)!.slice();
  const theirs = deriveKeys(other, sealing.salt);
  sealed.set(theirs.commitment, saltBytes);
  maker.objects.set(paths.pack, sealed);
  const start = saltBytes + commitmentBytes;
  const firstPiece = xor(sealed.subarray(start, start + pieceBytes), keyStream(theirs, pieceBytes));
  const { inputKey, context } = other;
  return { twin: { inputKey: toHex(inputKey), context: toHex(context), firstPieceSha256: toHex(sha256(firstPiece)) } };
}

/**
 * AES-GCM does not bind its key: one ciphertext with one tag can open under two keys. The first piece of this pack does, under
 * the repository's key and under another one. Without a look at the commitment the holders of both keys would read sound
 * bytes, and not the same ones.
 */
export const twoKeys: VectorRecipe = refused(
  'two-keys-one-ciphertext',
  'The first piece of the pack opens under two keys. The header commits to the other one (twin), so this repository refuses it.',
  { code: 'damaged', at: 'pack' },
  { sealing, content: (draft, maker) => draft.file('phone/photo.jpg', collidingFile(maker)) },
  commitToOther,
);
