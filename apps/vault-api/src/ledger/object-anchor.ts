import { sha256 } from '@coffer/crypto';
import { CofferError, decodeCbor, encodeCbor, requireBytes } from '@coffer/foundation';
import { AnchorError, type Anchor, type AnchoredEntry, type AnchorEntry, type AnchorHead } from '@coffer/key-vault';
import { ObjectStoreError, type ObjectStore } from '@coffer/object-store';

/** One object: the entries of leaves `first` to `size - 1`, and the checkpoint of `size` (docs/wire.md, "Anchors"). */
interface Bundle {
  readonly first: number;
  readonly size: number;
  readonly note: string;
  readonly entries: readonly AnchorEntry[];
}

const prefix = 'bundles/';
const keyForm = /^bundles\/(\d{16})$/;

/**
 * An anchor in an object store: each round makes one object and none is ever replaced or removed, so that credentials which
 * may do neither are enough, and an object lock may stand behind them. Objects are named by the size of the tree that they end
 * at: the next one after any leaf is found by one listing of one name.
 */
export class ObjectAnchor implements Anchor {
  readonly kind: string;
  readonly name: string;
  readonly #store: ObjectStore;
  /** Size that an object is known to end at: where looking for the last one begins. */
  #known = 0;

  /** @param url - of the store, without credentials: the anchor's name */
  constructor(url: string, store: ObjectStore) {
    this.kind = url.split(':')[0] ?? 'object-store';
    this.name = url;
    this.#store = store;
  }

  async head(): Promise<AnchorHead | undefined> {
    const size = await this.#lastSize();
    if (size === undefined) return undefined;
    this.#known = size;
    const { note } = await this.#read(size);
    return { size, note };
  }

  /**
   * @throws AnchorError `anchor-ahead` where an object ends beyond `head`, `anchor-forked` where another tree ends there;
   *   ObjectStoreError
   */
  async append(first: number, entries: readonly AnchorEntry[], head: AnchorHead): Promise<void> {
    const bytes = encodeBundle({ first, size: head.size, note: head.note, entries });
    try {
      await this.#store.put(keyOf(head.size), bytes, { sha256: sha256(bytes) });
    } catch (error) {
      if (!(error instanceof ObjectStoreError && error.code === 'already-exists')) throw error;
      // The answer to an earlier try was lost, or a process that sequenced before was cut off after it.
      await this.#requireSame(head);
    }
    this.#known = head.size;
  }

  /** Asks whether the last object still is there: what a store without an answer cannot acknowledge. */
  async touch(head: AnchorHead): Promise<void> {
    if (head.size === 0) {
      await this.#firstAfter(0);
    } else if ((await this.#store.head(keyOf(head.size))) === undefined) {
      throw new AnchorError('anchor-damaged', 'the last object of the anchor is gone');
    }
  }

  async *entries(first: number): AsyncGenerator<AnchoredEntry, void> {
    let next = first;
    for (;;) {
      const size = await this.#firstAfter(next);
      if (size === undefined) return;
      const bundle = await this.#read(size);
      if (bundle.first > next) throw damaged('an object of the anchor is missing');
      for (; next < size; next += 1) yield { leafIndex: next, ...bundle.entries[next - bundle.first]! };
    }
  }

  async release(): Promise<void> {
    await Promise.resolve();
  }

  /** The largest size that an object ends at, in a logarithmic number of listings of one name each. */
  async #lastSize(): Promise<number | undefined> {
    const isKnown = this.#known > 0 && (await this.#firstAfter(this.#known - 1)) === this.#known;
    let low = isKnown ? this.#known : await this.#firstAfter(0);
    if (low === undefined) return undefined;
    let step = 1;
    let found = await this.#firstAfter(low);
    // Leaps grow until one goes beyond the end, then the end is closed in on.
    while (found !== undefined) {
      low = found;
      step *= 2;
      found = await this.#firstAfter(low + step);
    }
    for (let high = low + step; high > low;) {
      const middle = Math.floor((low + high) / 2);
      const beyond = await this.#firstAfter(middle);
      if (beyond === undefined) high = middle;
      else low = beyond;
    }
    return low;
  }

  /** Size of the first object that ends beyond `size` leaves. */
  async #firstAfter(size: number): Promise<number | undefined> {
    for await (const { key } of this.#store.list(prefix, { after: keyOf(size), limit: 1 })) {
      const match = keyForm.exec(key);
      if (match === null) throw damaged('there is something else among the objects of the anchor');
      return Number(match[1]);
    }
    return undefined;
  }

  /** One key signs one checkpoint for one tree, so the same note is the same tree; sealed bytes differ with every sealing. */
  async #requireSame({ size, note }: AnchorHead): Promise<void> {
    if ((await this.#read(size)).note === note) return;
    throw new AnchorError('anchor-forked', `the anchor holds another tree of ${size} events`);
  }

  async #read(size: number): Promise<Bundle> {
    return decodeBundle(await this.#store.get(keyOf(size)), size);
  }
}

function keyOf(size: number): string {
  return prefix + String(size).padStart(16, '0');
}

function encodeBundle({ first, size, note, entries }: Bundle): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    ...{ v: 1, first, size, note },
    entries: entries.map(({ entry, sealedEvent, sealingEpoch }) => ({ entry, sealedEvent, sealingEpoch })),
  });
}

function decodeBundle(bytes: Uint8Array, expectedSize: number): Bundle {
  try {
    const { v, first, size, note, entries } = decodeCbor(bytes) as Readonly<Record<string, unknown>>;
    const isSound = v === 1 && size === expectedSize && Number.isSafeInteger(first) && typeof note === 'string';
    if (!isSound || !Array.isArray(entries)) throw damaged('an object of the anchor has another form');
    const read = entries.map((item: unknown): AnchorEntry => {
      const { entry, sealedEvent, sealingEpoch } = item as Readonly<Record<string, unknown>>;
      return {
        entry: requireBytes(entry, 32, 'entry'),
        sealedEvent: requireBytes(sealedEvent, undefined, 'sealedEvent'),
        sealingEpoch: Number(sealingEpoch),
      };
    });
    if (Number(first) + read.length !== expectedSize) throw damaged('an object of the anchor has another length');
    return { first: Number(first), size: expectedSize, note, entries: read };
  } catch (error) {
    if (error instanceof AnchorError || !(error instanceof CofferError)) throw error;
    throw damaged('an object of the anchor cannot be read', error);
  }
}

function damaged(message: string, cause?: unknown): AnchorError {
  return new AnchorError('anchor-damaged', message, cause === undefined ? {} : { cause });
}
