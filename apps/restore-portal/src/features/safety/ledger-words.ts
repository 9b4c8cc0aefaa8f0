import type { LedgerEntry } from '@coffer/device-protocol';
import { english, type TextKey } from '../../messages/english';
import { text } from '../../messages/text';

/** What an event of the ledger says, for people. A kind that is newer than this page is named as it is. */
export function ledgerWords({ kind, keyslotKind }: Pick<LedgerEntry, 'kind' | 'keyslotKind'>): string {
  const key = `event.${kind}`;
  const way = text(`way.${keyslotKind ?? 'unknown'}`);
  return isTextKey(key) && key !== 'event.other' ? text(key, { way }) : text('event.other', { kind });
}

function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(english, key);
}
