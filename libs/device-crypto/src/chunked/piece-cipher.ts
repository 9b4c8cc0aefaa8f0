import { DeviceCryptoError } from '../errors';
import type { MessageKeys } from './message-keys';

/** AES-GCM over the pieces of one message: all that a platform has to give. */
export interface PieceCipher {
  /** Ciphertext and tag of piece `index`. */
  seal(index: number, piece: Uint8Array): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /** Plaintext of piece `index`. @throws DeviceCryptoError `piece-damaged` */
  open(index: number, sealedPiece: Uint8Array): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

/** Makes the cipher of one message. */
export type PieceCipherFactory = (keys: MessageKeys) => PieceCipher | Promise<PieceCipher>;

/** The one way in which a piece fails. */
export function pieceDamaged(piece: number, cause?: unknown): DeviceCryptoError {
  return new DeviceCryptoError('piece-damaged', `piece ${piece} of the sealed object is damaged; others may be sound`, {
    cause,
    fields: { piece },
  });
}
