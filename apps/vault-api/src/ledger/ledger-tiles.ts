import type { PgLedgerStore } from '@coffer/database';
import {
  encodeEntryBundle,
  EvidenceError,
  nodesOfTile,
  parseTileSpan,
  tileWidth,
  tileWidthAt,
  type TileSpan,
} from '@coffer/evidence';
import { concatBytes } from '@coffer/foundation';
import { ProblemError } from '../platform/problem';

/** A tile or a bundle, and whether it has all its 256 parts. */
export interface LedgerTile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isFull: boolean;
}

/** The ledger's tree as C2SP tlog-tiles has it, out of the stored hashes. A tile that the published tree does not reach is not found. */
export class LedgerTiles {
  readonly #ledger: PgLedgerStore;

  constructor(ledger: PgLedgerStore) {
    this.#ledger = ledger;
  }

  /** @throws ProblemError `not-found` */
  async hashes(level: number, spanText: string): Promise<LedgerTile> {
    const span = await this.#published(level, spanText);
    const hashes = await this.#ledger.hashes.read(nodesOfTile({ level, ...span }));
    return { bytes: concatBytes(...hashes), isFull: span.width === tileWidth };
  }

  /** Entries are SHA-256(salt || event): they name nobody. @throws ProblemError `not-found` */
  async entries(spanText: string): Promise<LedgerTile> {
    const span = await this.#published(0, spanText);
    const entries = await this.#ledger.entries(span.index * tileWidth, span.width);
    return { bytes: encodeEntryBundle(entries), isFull: span.width === tileWidth };
  }

  async #published(level: number, spanText: string): Promise<TileSpan> {
    const { anchoredSize } = await this.#ledger.head();
    const span = readSpan(spanText);
    if (span !== undefined && span.width <= tileWidthAt(anchoredSize, level, span.index)) return span;
    throw new ProblemError('not-found', 'The tree has no such tile; ask for those of the latest checkpoint.');
  }
}

function readSpan(text: string): TileSpan | undefined {
  try {
    return parseTileSpan(text);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
