import { LedgerEventKind, type LedgerEvent } from '@coffer/evidence';

/** What the vault's own chain says of leaves that became nobody's. */
export type FreeingEvent = Pick<LedgerEvent, 'kind' | 'details'>;

/**
 * How many leaves of the tree may be nobody's at most: what the last repair of the vault found, and what the accounts had that were
 * erased since. A deletion counts once however often it was announced; after a repair, which may have brought the account back,
 * once more.
 *
 * @param events - `account-erased` and `vault-repaired` of the vault's own chain, in their order
 */
export function freedLeaves(events: readonly FreeingEvent[]): number {
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
