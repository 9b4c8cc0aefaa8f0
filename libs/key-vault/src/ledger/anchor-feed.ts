import { AnchorError, type Anchor, type AnchorEntry, type AnchorHead } from './anchor';

/** Entries from one leaf on, with a checkpoint that covers exactly them and all before. */
export interface AnchorBundle {
  readonly entries: readonly AnchorEntry[];
  readonly head: AnchorHead;
}

/** Makes the bundle of leaves from `first` on, at most up to `head`. */
export type MakeBundle = (first: number, head: AnchorHead) => Promise<AnchorBundle>;

/**
 * Keeps one anchor up with the tree, for the process that sequences: one append after the other, from where the anchor itself
 * says that it stands. A slow or failing anchor holds nobody else up.
 */
export class AnchorFeed {
  readonly anchor: Anchor;
  /** What the anchor acknowledged last to this process; undefined before the first time. */
  acknowledged: AnchorHead | undefined;
  /** When it did so last, also by a touch (`performance.now`). */
  acknowledgedAt = -Infinity;
  readonly #makeBundle: MakeBundle;
  #running: Promise<AnchorHead> | undefined;

  constructor(anchor: Anchor, makeBundle: MakeBundle) {
    this.anchor = anchor;
    this.#makeBundle = makeBundle;
  }

  /**
   * Brings the anchor up to `head`; touches it where it is there already. Calls take turns.
   *
   * @throws AnchorError, or what the store says; the next call goes on from what was acknowledged
   */
  async advance(head: AnchorHead): Promise<AnchorHead> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    this.#running = this.#advance(head).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #advance(target: AnchorHead): Promise<AnchorHead> {
    let at: AnchorHead = this.acknowledged ?? (await this.anchor.head()) ?? { size: 0, note: '' };
    if (at.size > target.size) {
      throw new AnchorError('anchor-ahead', `the anchor holds ${at.size} events, more than ${target.size}`);
    }
    if (at.size === target.size) {
      await this.anchor.touch(target);
      return this.#acknowledge(target);
    }
    while (at.size < target.size) {
      const { entries, head } = await this.#makeBundle(at.size, target);
      await this.anchor.append(at.size, entries, head);
      at = this.#acknowledge(head);
    }
    return at;
  }

  #acknowledge(head: AnchorHead): AnchorHead {
    this.acknowledged = head;
    this.acknowledgedAt = performance.now();
    return head;
  }
}
