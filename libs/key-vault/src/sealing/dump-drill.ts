import type { KeySealer } from '../ports/key-sealer';
import type { SealedRow, SealedRows } from '../ports/sealing-store';
import { openOrNot } from './reseal';

/** What a restored dump holds. */
export interface DrillFigures {
  /** Sealed values that opened, by place. */
  readonly opened: Readonly<Record<string, number>>;
  /** Sealed values that did not open, by place. */
  readonly unopenable: Readonly<Record<string, number>>;
  /** Sealed values of an epoch before the one that was drilled. */
  readonly former: number;
}

const batchRows = 256;

/**
 * Opens every sealed value of a restored dump. It writes nothing.
 *
 * @param epoch - the epoch that all of them should be of
 * @throws SealerError `unavailable`, `token-refused`; whatever the store throws
 */
export async function drillRows(rows: SealedRows, sealer: KeySealer, epoch: number): Promise<DrillFigures> {
  const opened: Record<string, number> = {};
  const unopenable: Record<string, number> = {};
  let former = 0;
  for (const place of rows.places) {
    let after: SealedRow | undefined;
    for (;;) {
      const page = await rows.next(place, Number.MAX_SAFE_INTEGER, after, batchRows);
      for (const row of page) {
        const plaintext = await openOrNot(sealer, row);
        const tally = plaintext === undefined ? unopenable : opened;
        tally[place] = (tally[place] ?? 0) + 1;
        plaintext?.fill(0);
        if (row.sealed.epoch < epoch) former += 1;
      }
      if (page.length < batchRows) break;
      after = page.at(-1);
    }
  }
  return { opened, unopenable, former };
}
