import { ChatFormatError } from '../errors';
import type { PackedKind } from '../payload-kind';
import type { BackupPrefix } from './backup-prefix';
import type { TrailerVerdict } from './crypt-trailer';

/** A crypt12, crypt14 or crypt15 file whose tag was checked. */
export interface CryptFile {
  readonly prefix: BackupPrefix;
  readonly verdict: TrailerVerdict;
  /** How the decrypted content is packed, by its first bytes. */
  readonly packed: PackedKind;
  /**
   * The decrypted and inflated content. The file is read again and its tag is checked again at the end, so what a change in between
   * would do is an error, not an output that looks whole.
   *
   * @param areKept - all pieces are wanted at once: those of a database then lie in one memory, one behind the other, where
   *   its size can be foreseen. Else each is valid until the next
   * @throws ChatFormatError `damaged`
   */
  chunks(areKept?: boolean): AsyncIterable<Uint8Array>;
  /** Closes the file and wipes the key. */
  close(): void;
}

export interface CryptFileOptions {
  /** Told how many more bytes of the ciphertext were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check; the error is the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The key file is whole and names another backup than this one, which is whole too. */
export const otherKeyFile = (): ChatFormatError =>
  new ChatFormatError(
    'wrong-key',
    'this key file belongs to another backup: the backup is whole, and names another key. Nothing was decrypted or written: take ' +
      'the file named key from the phone and the time that this backup is of.',
  );
