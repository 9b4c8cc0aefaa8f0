import type { ChunkedKey } from '@coffer/device-crypto';

/** What a program that seals holds, and what it is to seal from there on, twice: see {@link SealedStreams}. */
export interface SealingState extends ChunkedKey {
  readonly messages: number;
  /** Whole pieces of a message. */
  readonly pieces: number;
  /** Tells what this program seals from what others do, where contents differ at all. */
  readonly program: number;
}

/** The first 16 bytes of the key stream of each piece that a program sealed. */
export interface SealedStreams {
  /** The same contents in every program, with the platform's generator. */
  readonly forked: Uint8Array;
  /** With a generator that gives every program the same bytes: machines that were set back to one moment, and go on with other work. */
  readonly setBack: Uint8Array;
}
