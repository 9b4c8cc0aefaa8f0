import { ChatFormatError } from '../errors';
import { readVarint } from '../protobuf/read-fields';

/** The first eight bytes of a newer file. */
const magic = [0x53, 0x42, 0x41, 0x43, 0x4b, 0x55, 0x50, 1];
/** Longest metadata that is read; one or two pairs are 170 bytes. */
const metadataLimitBytes = 4096;

export const ivBytes = 16;
export const hmacBytes = 32;
const blockBytes = 16;

/** How many first bytes `readSignalContainer` wants. */
export const signalHeadBytes = magic.length + 10 + metadataLimitBytes;

/** Where the parts of a Signal backup (version 2) lie. */
export interface SignalContainer {
  /** `modern` starts with SBACKUP, and is usually encrypted under a token; `legacy` has no mark at all. */
  readonly form: 'modern' | 'legacy';
  readonly ivAt: number;
  readonly ciphertextAt: number;
  readonly hmacAt: number;
}

/** Whether a file can be one of the older form: it has no mark, only a size of whole blocks. */
export function canBeLegacy(sizeBytes: number): boolean {
  return sizeBytes >= ivBytes + blockBytes + hmacBytes && sizeBytes % blockBytes === 0;
}

/**
 * Finds the parts: IV (16), AES-256-CBC ciphertext in whole blocks, HMAC-SHA-256 over both (32); before them, in the newer form,
 * the mark and a length of metadata that no key here opens.
 *
 * @param firstBytes - at least `signalHeadBytes`, or the whole file
 * @throws ChatFormatError `damaged` where the size fits no such file
 */
export function readSignalContainer(firstBytes: Uint8Array, sizeBytes: number): SignalContainer {
  const isModern = magic.every((byte, index) => firstBytes[index] === byte);
  const ivAt = isModern ? endOfMetadata(firstBytes) : 0;
  const encrypted = sizeBytes - ivAt - ivBytes - hmacBytes;
  if (encrypted < blockBytes || encrypted % blockBytes !== 0) {
    throw new ChatFormatError(
      'damaged',
      'this Signal backup is cut off, or is none: its size fits no whole blocks. Nothing was written: copy it again and compare the sizes.',
    );
  }
  return {
    form: isModern ? 'modern' : 'legacy',
    ivAt,
    ciphertextAt: ivAt + ivBytes,
    hmacAt: sizeBytes - hmacBytes,
  };
}

function endOfMetadata(firstBytes: Uint8Array): number {
  const { value, next } = readVarint(firstBytes, magic.length);
  if (value > metadataLimitBytes) {
    throw new ChatFormatError('damaged', 'the header of this Signal backup cannot be read. Nothing was written.');
  }
  return next + value;
}
