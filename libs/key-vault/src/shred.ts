import { LedgerEventKind } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { withoutRecord } from './guess-budget';
import type { RecordRow } from './ports/rows';
import { vaultNotices } from './vault-notices';

/**
 * Shreds the record whose tenth guess was spent in vain, once no login of it can be answered any more. It is bound to the
 * serial of that guess, so a record that was activated meanwhile stays. The budget row stays at 0.
 *
 * An account without a record goes through the same statements, so that ledger, feed and time tell nothing.
 */
export async function shredIfDue(session: AccountSession): Promise<void> {
  const planned = await session.transaction.plannedShred();
  if (planned === null) return;
  const { budget } = session;
  const isOvertaken = budget.remaining > 0 || (budget.serial !== 0 && budget.serial !== planned.serial);
  if (isOvertaken) {
    await session.transaction.dropPlannedShred();
    return;
  }
  if (await session.transaction.hasOpenLogin(planned.serial)) return;
  await session.transaction.dropPlannedShred();
  const record = await session.transaction.record();
  await session.transaction.deleteRecord(planned.serial);
  await session.transaction.endKeyslot(keyslotOf(record, planned.serial), 'shredded');
  const details = { serial: planned.serial, reason: 'guesses' };
  const eventNumber = await session.append(LedgerEventKind.keyslotShredded, details, withoutRecord(budget));
  await session.notify({ ...vaultNotices.shredded(), eventNumber });
}

/** The record's keyslot; one that nobody has where there is no such record. */
function keyslotOf(record: RecordRow | null, serial: number): string {
  return record?.serial === serial ? record.keyslotId : newUuid();
}
