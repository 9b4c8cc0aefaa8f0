import { SealerError } from '../errors';
import type { KeySealer } from '../ports/key-sealer';
import type { SealedRow, SealingStore } from '../ports/sealing-store';

/** What one pass over the sealed values of a vault did. */
export interface ResealPass {
  /** Values that are under the newest epoch now. */
  readonly moved: number;
  /** Values that do not open: edited, moved to another row, or of a key that is gone. They keep their epoch alive. */
  readonly unopenable: ReadonlyMap<string, number>;
  /** Whether every place was read to its end. */
  readonly isWhole: boolean;
}

export interface ResealParts {
  readonly store: Pick<SealingStore<unknown>, 'places' | 'next' | 'replace'>;
  readonly sealer: KeySealer;
  /** Whether to stop here; asked between batches. */
  readonly isOver: () => boolean;
  /** Between two batches, so that guesses come first. */
  readonly breathe: () => Promise<void>;
  /** Told the former epoch before each value is moved. */
  readonly onFound: (epoch: number) => Promise<void>;
  /** Told after each value that was moved. */
  readonly onMoved: () => void;
}

/** Values that are read at a time, and of these so many are sealed and written side by side. */
const batchRows = 64;
const sideBySide = 8;

/**
 * Seals everything of older epochs under the newest. Each value is one conditional update of its own: what a guess or a
 * registration wrote meanwhile stays, and a process that dies leaves nothing half done, for the next pass goes on with what is
 * still under an older epoch.
 *
 * @throws SealerError `unavailable`, `token-refused`; whatever the store throws
 */
export async function resealAll(parts: ResealParts): Promise<ResealPass> {
  const { store, isOver } = parts;
  const unopenable = new Map<string, number>();
  let moved = 0;
  for (const place of store.places) {
    let after: SealedRow | undefined;
    for (;;) {
      if (isOver()) return { moved, unopenable, isWhole: false };
      const rows = await store.next(place, parts.sealer.sealingEpoch(), after, batchRows);
      for (let at = 0; at < rows.length; at += sideBySide) {
        const done = await Promise.all(rows.slice(at, at + sideBySide).map((row) => resealOne(parts, place, row)));
        moved += done.filter((each) => each === 'moved').length;
        const lost = done.filter((each) => each === 'unopenable').length;
        if (lost > 0) unopenable.set(place, (unopenable.get(place) ?? 0) + lost);
      }
      if (rows.length < batchRows) break;
      after = rows.at(-1);
      await parts.breathe();
    }
  }
  return { moved, unopenable, isWhole: true };
}

async function resealOne(
  { store, sealer, onFound, onMoved }: ResealParts,
  place: string,
  row: SealedRow,
): Promise<'moved' | 'changed' | 'unopenable'> {
  const plaintext = await openOrNot(sealer, row);
  if (plaintext === undefined) return 'unopenable';
  await onFound(row.sealed.epoch);
  const sealed = await sealer.seal(plaintext, row.context);
  plaintext.fill(0);
  if (!(await store.replace(place, row, sealed))) return 'changed';
  onMoved();
  return 'moved';
}

/** @returns undefined where the value is not authentic or its key is gone */
export async function openOrNot(sealer: KeySealer, row: SealedRow): Promise<Uint8Array | undefined> {
  try {
    return await sealer.open(row.sealed, row.context);
  } catch (error) {
    const isLost = error instanceof SealerError && (error.code === 'does-not-open' || error.code === 'unknown-epoch');
    if (isLost) return undefined;
    throw error;
  }
}
