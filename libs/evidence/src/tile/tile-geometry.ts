import type { TreeNode } from '../tree/hash-reader';
import { tileWidth, type TileReference } from './tile-path';

/** Tree levels that one level of tiles spans: 256 = 2^8. */
const tileHeight = 8;

/**
 * How wide the tile at a place is in a tree of `size` leaves.
 *
 * @returns 1 to 256; 0 where the tree does not reach it
 */
export function tileWidthAt(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / tileWidth ** level) - index * tileWidth;
  return Math.max(0, Math.min(tileWidth, hashes));
}

/** The nodes of the tree whose hashes a tile holds, left to right. */
export function nodesOfTile({ level, index, width }: TileReference): readonly TreeNode[] {
  return Array.from({ length: width }, (_, at) => ({ level: level * tileHeight, index: index * tileWidth + at }));
}

/** Where in which tile the hashes stand that a node is made of. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
  /** First of them in the tile. */
  readonly begin: number;
  /** A power of two, at most 128: the node is the root over so many of the tile's hashes. */
  readonly count: number;
}

/** The tile that a node is read from. */
export function placeOf(node: TreeNode): TilePlace {
  const level = Math.floor(node.level / tileHeight);
  const count = 2 ** (node.level % tileHeight);
  const first = node.index * count;
  const index = Math.floor(first / tileWidth);
  return { level, index, begin: first - index * tileWidth, count };
}
