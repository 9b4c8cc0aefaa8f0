import { decodeLedgerEvent, EvidenceError, openCheckpoint, type Checkpoint, type NoteVerifier } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { SealerError } from '../errors';
import { AnchorError, type Anchor, type AnchoredEntry } from '../ledger/anchor';
import { openAnchoredEvent, type AnchoredEvent } from '../ledger/anchored-event';
import type { AnchorReading, AnchorSet } from '../ledger/anchor-set';
import type { NewLeaf } from '../ledger/ledger-store';
import type { KeySealer } from '../ports/key-sealer';

/** A leaf as an anchor gives it back, opened. */
export interface AnchoredLeaf extends NewLeaf {
  readonly anchored: AnchoredEvent;
}

/** An anchor and what its own checkpoint signs. */
export interface OpenedHead {
  readonly anchor: Anchor;
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

/** The anchors as repair reads them: what they say is held against the checkpoints that the ledger's key has signed. */
export class AnchoredLedger {
  readonly readings: readonly AnchorReading[];
  /** Of every anchor that holds something, the smallest tree first. */
  readonly heads: readonly OpenedHead[];
  /** The one that knows most; undefined where no anchor that can be read holds anything. */
  readonly best: OpenedHead | undefined;
  readonly #sealer: KeySealer;

  private constructor(readings: readonly AnchorReading[], heads: readonly OpenedHead[], sealer: KeySealer) {
    this.readings = readings;
    this.heads = heads.toSorted((left, right) => left.checkpoint.size - right.checkpoint.size);
    this.best = this.heads.at(-1);
    this.#sealer = sealer;
  }

  /**
   * Reads the heads of all anchors.
   *
   * @throws AnchorError `anchor-silent` where fewer can be read than are needed to know of every anchored event,
   *   `anchor-forked` where the head of one is not signed by the ledger's key
   */
  static async read(anchors: AnchorSet, verifier: NoteVerifier, sealer: KeySealer): Promise<AnchoredLedger> {
    const readings = await anchors.read();
    const read = readings.filter(({ failure }) => failure === undefined).length;
    if (read < anchors.readQuorum) {
      throw new AnchorError(
        'anchor-silent',
        `${read} of ${readings.length} anchors can be read, ${anchors.readQuorum} are needed to know what was anchored`,
      );
    }
    return new AnchoredLedger(
      readings,
      readings.flatMap((reading) => opened(reading, verifier)),
      sealer,
    );
  }

  /** Entries of the best anchor from leaf `first` to the end of its checkpoint. @throws AnchorError `anchor-damaged` */
  async *entries(first: number): AsyncGenerator<AnchoredEntry, void> {
    if (this.best === undefined) return;
    const { anchor, checkpoint } = this.best;
    let next = first;
    if (next >= checkpoint.size) return;
    for await (const entry of anchor.entries(first)) {
      yield entry;
      next += 1;
      if (next === checkpoint.size) return;
    }
    throw new AnchorError('anchor-damaged', `the anchor ${anchor.name} has fewer entries than its checkpoint signs`);
  }

  /**
   * Opens an entry: whose event it is, and its bytes. Where the best anchor's copy does not open the others are asked.
   *
   * @returns undefined where no copy opens: its sealing epoch is gone, or its account was erased before it was anchored
   */
  async open(entry: AnchoredEntry): Promise<AnchoredLeaf | undefined> {
    const anchored = (await this.#openEvent(entry)) ?? (await this.find(entry));
    if (anchored === undefined) return undefined;
    const { account, number } = decodeLedgerEvent(anchored.event);
    return { leafIndex: entry.leafIndex, accountId: account, number, entry: entry.entry, anchored };
  }

  /** What any anchor holds of a leaf; each is asked until one can be opened. */
  async find({ leafIndex, entry }: Pick<NewLeaf, 'leafIndex' | 'entry'>): Promise<AnchoredEvent | undefined> {
    for (const { anchor, checkpoint } of this.heads.toReversed()) {
      if (checkpoint.size <= leafIndex) continue;
      for await (const held of anchor.entries(leafIndex)) {
        const anchored = equalBytes(held.entry, entry) ? await this.#openEvent(held) : undefined;
        if (anchored !== undefined) return anchored;
        break;
      }
    }
    return undefined;
  }

  async #openEvent(entry: AnchoredEntry): Promise<AnchoredEvent | undefined> {
    try {
      return await openAnchoredEvent(this.#sealer, entry);
    } catch (error) {
      if (error instanceof SealerError && error.code !== 'unavailable') return undefined;
      throw error;
    }
  }
}

/** A head that another key has signed is no evidence, and whoever put it there may have taken evidence away. */
function opened(reading: AnchorReading, verifier: NoteVerifier): readonly OpenedHead[] {
  if (reading.failure !== undefined || reading.head === undefined) return [];
  const { anchor, head } = reading;
  try {
    const checkpoint = openCheckpoint(head.note, verifier);
    if (checkpoint.size === head.size) return checkpoint.size === 0 ? [] : [{ anchor, checkpoint, note: head.note }];
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
  }
  throw new AnchorError('anchor-forked', `the head of the anchor ${anchor.name} is not of this vault's ledger`);
}
