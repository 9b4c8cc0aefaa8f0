import { decodeLedgerEvent, LedgerEventKind, type LedgerEvent } from '@coffer/evidence';
import { hasOwnMac } from '../event-maker';
import type { KeySealer } from '../ports/key-sealer';
import type { StoredEvent } from '../ports/rows';

/** Of the vault's own chain the events that say how many leaves became nobody's. */
export interface FreeingEvents {
  /** The vault's own account; undefined where it has none yet, and no event. */
  readonly accountId: string | undefined;
  /** `account-erased` and `vault-repaired`, in their order. */
  readonly events: readonly StoredEvent[];
}

/**
 * How many leaves may be nobody's, by events that bear the vault's own mac for their place in the chain: whoever can write to the
 * database alone makes none of them.
 */
export async function freedLeaves(sealer: KeySealer, { accountId, events }: FreeingEvents): Promise<number> {
  if (accountId === undefined) return 0;
  const genuine: LedgerEvent[] = [];
  for (const stored of events) {
    if (await hasOwnMac(sealer, accountId, stored)) genuine.push(decodeLedgerEvent(stored.event));
  }
  return sumFreed(genuine);
}

/**
 * How many leaves of the tree may be nobody's at most: what the last repair of the vault found, and what the accounts had that were
 * erased since. A deletion counts once however often it was announced; after a repair, which may have brought the account back,
 * once more.
 *
 * @param events - `account-erased` and `vault-repaired` of the vault's own chain, in their order
 */
export function sumFreed(events: readonly Pick<LedgerEvent, 'kind' | 'details'>[]): number {
  const counted = new Set<unknown>();
  let freed = 0;
  for (const { kind, details } of events) {
    const { deletionId, leaves } = details;
    if (kind === LedgerEventKind.vaultRepaired) {
      // The repair of single accounts frees no leaf, and says nothing of any.
      if (typeof leaves !== 'number') continue;
      counted.clear();
      freed = leaves;
    } else if (typeof leaves !== 'number') {
      // Erased by a version that did not count: until the next repair of the vault nothing is known.
      freed = Number.POSITIVE_INFINITY;
    } else if (!counted.has(deletionId)) {
      counted.add(deletionId);
      freed += leaves;
    }
  }
  return freed;
}
