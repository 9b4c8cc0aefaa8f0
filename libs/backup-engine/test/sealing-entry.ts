import { chunkedHeaderBytes, chunkedPieceBytes, chunkedSealedPieceBytes } from '@coffer/device-crypto';
import { sealChunkedSync } from '@coffer/device-crypto/node';
import { readU32be, u32be } from '@coffer/foundation';

import type { SealedStreams, SealingState } from './sealing-state';

const streamBytes = 16;

// Goes on from the state that its parent sends, and answers with the key streams of the pieces that it sealed.
process.once('message', (state: SealingState) => {
  const forked = sealAll(state, 0);
  repeatDraws();
  const streams: SealedStreams = { forked, setBack: sealAll(state, 1 + state.program * state.messages) };
  process.send?.(streams, () => process.disconnect());
});
process.send?.('ready');

/** @param first - what tells the first message from others; 0 where none is told from any */
function sealAll({ messages, pieces, inputKey, context }: SealingState, first: number): Uint8Array {
  const streams = new Uint8Array(messages * pieces * streamBytes);
  const plaintext = new Uint8Array(pieces * chunkedPieceBytes);
  for (let message = 0; message < messages; message++) {
    if (first > 0) plaintext.set(u32be(first + message));
    // Zeros but for those four bytes: what comes out is the key stream, or that much off it.
    const sealed = sealChunkedSync({ inputKey, context }, plaintext);
    for (let piece = 0; piece < pieces; piece++) {
      const from = chunkedHeaderBytes + piece * chunkedSealedPieceBytes;
      streams.set(sealed.subarray(from, from + streamBytes), (message * pieces + piece) * streamBytes);
    }
    const at = message * pieces * streamBytes;
    streams.set(u32be((readU32be(streams, at) ^ readU32be(plaintext)) >>> 0), at);
  }
  return streams;
}

/** The generator of a machine whose every draw was drawn before. */
function repeatDraws(): void {
  let draws = 0;
  crypto.getRandomValues = (bytes) => {
    new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).fill(draws++ % 4);
    return bytes;
  };
}
