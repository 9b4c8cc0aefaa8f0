import type { ChunkedKey } from '@coffer/device-crypto';

/** What a program that seals holds, and how many messages it is to seal from there on. */
export interface SealingState extends ChunkedKey {
  readonly messages: number;
}
