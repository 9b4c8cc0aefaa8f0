import { describe, expect, it } from 'vitest';
import { ChatFormatError } from '../errors';
import type { MediaFile } from './media-place';
import { provenPieces } from './proven-pieces';

const mebibyte = 1024 * 1024;

/** A file of pieces of 1 MiB in one memory, as a reader gives them; `faultOf` says which reading of it ends with a fault. */
function fileOf(pieces: number, faultOf: (reading: number) => boolean = () => false) {
  let readings = 0;
  const memory = new Uint8Array(mebibyte);
  const file: MediaFile = {
    path: 'a',
    sizeBytes: pieces * mebibyte,
    *pieces() {
      const reading = ++readings;
      for (let at = 0; at < pieces; at++) {
        memory[0] = at;
        yield memory;
      }
      if (faultOf(reading)) throw new ChatFormatError('damaged', 'test');
    },
  };
  return { file, readings: () => readings };
}

describe('provenPieces', () => {
  it.each([0, 1, 16, 17, 40])('gives the whole content of %i MiB', (pieces) => {
    const { file, readings } = fileOf(pieces);
    const given = [...provenPieces(file)].map(([first]) => first);
    expect(given).toHaveLength(pieces);
    // a larger file is not kept: its pieces stay in the memory of its reader
    if (pieces <= 16) expect(given).toEqual(Array.from({ length: pieces }, (_, at) => at));
    expect(readings()).toBe(pieces <= 16 ? 1 : 2);
  });
  it.each([2, 20])('gives nothing of a file of %i MiB whose check fails at its end', (pieces) => {
    const { file } = fileOf(pieces, () => true);
    expect(() => provenPieces(file)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
  it('says that a larger file changed between its two readings', () => {
    const { file } = fileOf(20, (reading) => reading === 2);
    const pieces = provenPieces(file);
    expect(() => [...pieces]).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
});
