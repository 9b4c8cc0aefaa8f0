import type { StorageCounts } from '@coffer/database';
import type { Job } from '@coffer/jobs';
import type { ObjectStore } from '@coffer/object-store';

export interface StorageCountParts {
  readonly counts: StorageCounts;
  /** Of the encrypted repositories. */
  readonly objects: Pick<ObjectStore, 'list'>;
  /** From one count to the next; 0: never. */
  readonly everySeconds: number;
  /** Entries of the listing that are stored at a time. Default 10,000. */
  readonly pageEntries?: number;
}

/** After this long the job gives its place back and goes on where it was. */
const turnMs = 60_000;

/**
 * Counts the objects of the store by listing them, page by page, now and then: what a request does costs nothing for it. A count
 * that was interrupted goes on after the last page that was stored.
 */
export class StorageCount {
  readonly #parts: StorageCountParts;
  #isStopping = false;

  constructor(parts: StorageCountParts) {
    this.#parts = parts;
  }

  /** From now on a count ends after the page that is being listed. */
  stop(): void {
    this.#isStopping = true;
  }

  /** @returns after how many seconds there is something to count again; undefined where nothing is to be counted */
  async run({ signal }: Pick<Job, 'signal'>): Promise<number | undefined> {
    const { counts, everySeconds } = this.#parts;
    if (everySeconds === 0) return undefined;
    const waitSeconds = await counts.begin(everySeconds);
    if (waitSeconds > 0) return waitSeconds;
    const endMs = performance.now() + turnMs;
    while (!this.#isStopping && !signal.aborted && performance.now() < endMs) {
      const added = await this.#page();
      if (added === 'last') return everySeconds;
      if (added === 'overtaken') break;
    }
    return 0;
  }

  /** Where another process was quicker, its page stands and this one counts for nothing. */
  async #page(): Promise<'more' | 'last' | 'overtaken'> {
    const { counts, objects, pageEntries = 10_000 } = this.#parts;
    const { after } = await counts.position();
    const sum = { objects: 0, bytes: 0 };
    let last: string | null = null;
    const from = after === null ? {} : { after };
    for await (const { key, sizeBytes } of objects.list('', { ...from, limit: pageEntries })) {
      sum.objects += 1;
      sum.bytes += sizeBytes;
      last = key;
    }
    const isLast = sum.objects < pageEntries;
    if (!(await counts.advance(after, isLast ? null : last, sum))) return 'overtaken';
    return isLast ? 'last' : 'more';
  }
}
