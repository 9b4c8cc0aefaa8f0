import { EvidenceError } from '../errors';

/** Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256;

/** Which part of a level a tile is: full with a width of 256, partial below. */
export interface TileSpan {
  /** Counts from 0. */
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

/** A tile of hashes: level `l` holds roots of subtrees of 256^l leaves. */
export interface TileReference extends TileSpan {
  /** 0 to 63. */
  readonly level: number;
}

/**
 * The end of a tile's path (C2SP tlog-tiles): the index in groups of three digits, all but the last with an `x` in front,
 * and `.p/<width>` where it is partial. Index 1234067 is `x001/x234/067`.
 *
 * @throws EvidenceError `tree-invalid` / `malformed` where index or width are none
 */
export function formatTileSpan({ index, width }: TileSpan): string {
  const isSound =
    Number.isSafeInteger(index) && index >= 0 && Number.isInteger(width) && width >= 1 && width <= tileWidth;
  if (!isSound) throw malformed('a tile has an index from 0 on and a width from 1 to 256');
  const groups = [threeDigits(index % 1000)];
  for (let left = Math.floor(index / 1000); left > 0; left = Math.floor(left / 1000)) {
    groups.unshift(`x${threeDigits(left % 1000)}`);
  }
  return `${groups.join('/')}${width === tileWidth ? '' : `.p/${width}`}`;
}

/**
 * Reads the end of a tile's path; one tile has one text.
 *
 * @throws EvidenceError `tree-invalid` / `malformed`
 */
export function parseTileSpan(text: string): TileSpan {
  const match = /^((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(text);
  if (match === null) throw malformed('this is no path of a tile');
  const index = Number(match[1]!.replaceAll(/[x/]/g, ''));
  const span = { index, width: match[2] === undefined ? tileWidth : Number(match[2]) };
  // Superfluous zeros and the width of a full tile are other spellings of the same tile.
  if (formatTileSpan(span) !== text) throw malformed('this is no path of a tile');
  return span;
}

function threeDigits(number: number): string {
  return String(number).padStart(3, '0');
}

function malformed(message: string): EvidenceError {
  return new EvidenceError('tree-invalid', 'malformed', message);
}
