import type { CipherStream } from '@coffer/crypto';

/** A file that is read piece by piece, on a disk or in a browser. */
export interface PieceSource {
  readonly sizeBytes: number;
  /** Up to `length` bytes at `position`; fewer at the end. Valid until the file is closed. */
  readAt(position: number, length: number): Uint8Array;
  /**
   * The bytes from `start` to `end`, in pieces of whole blocks of 16 but for the last; a piece is valid until the next.
   *
   * @throws ChatFormatError `damaged` where the file ends before
   */
  pieces(start: number, end: number): Iterable<Uint8Array>;
  close(): void;
}

/** A hash or HMAC that is fed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** What formats are made of that authenticate by themselves: OpenSSL in Node, the project's own in a browser. */
export interface Ciphers {
  readonly sha256: () => Digest;
  /** 64 bytes; called 250,000 times for one passphrase. */
  readonly sha512: (bytes: Uint8Array) => Uint8Array;
  hmacSha256(key: Uint8Array): Digest;
  /** AES-256. @param counter - 16 bytes, the first counter block */
  aesCtr(key: Uint8Array, counter: Uint8Array): CipherStream;
  /** AES-256 over whole blocks; padding stays. What it gives is valid until the next call. */
  aesCbc(key: Uint8Array, iv: Uint8Array): CipherStream;
  /**
   * Unpacks the one gzip member that pieces begin with, and reads all pieces to their end, whatever follows the member.
   * What it gives is valid until the next.
   *
   * @throws ChatFormatError `damaged` where it is none, and what the pieces throw
   */
  gunzip(pieces: Iterator<Uint8Array, void>): AsyncIterable<Uint8Array>;
}

/** Lets signals and screens have their turn. */
export const letOthers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
