import { EvidenceError } from '../errors';
import type { HashReader, TreeNode } from '../tree/hash-reader';
import { hashNode } from '../tree/tree-hash';
import { placeOf, tileWidthAt, type TilePlace } from './tile-geometry';
import { tileWidth, type TileReference } from './tile-path';

/** Gets the bytes of a tile: `width` hashes of 32 bytes. */
export type FetchTile = (tile: TileReference) => Promise<Uint8Array>;

/** Tiles that are fetched at the same time. */
const atOnce = 8;

/**
 * The hashes of a tree of a given size, read from its tiles (C2SP tlog-tiles). Nothing is believed of a tile but its form:
 * what is computed from it holds only where it leads to the root of a signed checkpoint.
 */
export class TileHashes implements HashReader {
  readonly #size: number;
  readonly #fetch: FetchTile;
  readonly #tiles = new Map<string, Promise<Uint8Array>>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param size - leaves of the tree that a verified checkpoint names; tiles are asked for as wide as it has them */
  constructor(size: number, fetch: FetchTile) {
    this.#size = size;
    this.#fetch = fetch;
  }

  /** @throws EvidenceError `tree-invalid` / `malformed` where a tile has another length, or the tree no such node */
  async read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]> {
    return Promise.all(
      nodes.map(async (node) => {
        const place = placeOf(node);
        return rootOf(await this.#tile(place), place);
      }),
    );
  }

  #tile({ level, index, begin, count }: TilePlace): Promise<Uint8Array> {
    const width = tileWidthAt(this.#size, level, index);
    if (begin + count > width) throw malformed('the tree has no such node');
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const fetched = this.#inTurn(() => this.#fetchWhole({ level, index, width }));
    this.#tiles.set(key, fetched);
    return fetched;
  }

  /** A log may have dropped a partial tile once the full one is there. */
  async #fetchWhole(tile: TileReference): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#fetch(tile);
    } catch (error) {
      if (tile.width === tileWidth) throw error;
      bytes = await this.#fetch({ ...tile, width: tileWidth }).catch(() => {
        throw error;
      });
    }
    const expected = bytes.length === tileWidth * 32 ? tileWidth : tile.width;
    if (bytes.length !== expected * 32) throw malformed('a tile is not as wide as the tree has it');
    return bytes;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

/** Root over the `count` hashes of a tile from `begin` on. */
function rootOf(tile: Uint8Array, { begin, count }: TilePlace): Uint8Array {
  let level = Array.from({ length: count }, (_, at) => tile.slice((begin + at) * 32, (begin + at + 1) * 32));
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, at) => hashNode(level[2 * at]!, level[2 * at + 1]!));
  }
  return level[0]!;
}

function malformed(message: string): EvidenceError {
  return new EvidenceError('tree-invalid', 'malformed', message);
}
