import { ledgerEntry } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import type { LeafWithEvent } from '../ledger/ledger-store';

/** Whether a leaf's entry is what the event of its row gives. */
export function isOwnLeaf({ event, salt, entry }: LeafWithEvent): boolean {
  return event !== null && salt?.length === 32 && equalBytes(ledgerEntry(salt, event), entry);
}
