import { LedgerEventKind, type SignedStatement } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { cancelDeletion } from './account-deletion';
import type { AccountSession } from './account-session';
import { ChainDiffers } from './chain-differs';
import { VaultError } from './errors';
import { withoutRecord } from './guess-budget';
import { afterStep, dueStep, ended, finished, newStartTimes, phaseOf, type NewStartPolicy } from './new-start-state';
import { NewStartState, type NewStartRow } from './ports/new-start-rows';
import type { AccountRow, PendingRecord } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** What showed that the old key or password lives. */
export type CancelledBy = 'proven' | 'owner';

/**
 * A new start, for an account whose key and password are both lost (docs/protocol.md): begun in a fresh login, announced, open
 * after a wait, cancelled by whoever still has the old key or password, and undone by the old key for a while after its end.
 */
export class NewStart {
  readonly #parts: Pick<VaultServiceParts, 'accounts' | 'policy'>;

  constructor(parts: Pick<VaultServiceParts, 'accounts' | 'policy'>) {
    this.#parts = parts;
  }

  /**
   * Begins one; where one is pending that one is given. The caller found the sign-in to be fresh.
   *
   * @throws VaultError `wrong-owner-generation` where the account has no owner that could be replaced
   */
  async begin(account: AccountRow): Promise<NewStartRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const earlier = await pendingNewStart(session);
      if (earlier !== undefined) return earlier;
      const { ownerGeneration, keyId, ownerPublicKey } = session.account;
      if (keyId === null || ownerPublicKey === null) {
        throw new VaultError('wrong-owner-generation', 'nobody owns this account yet; it can be set up at once');
      }
      const row: NewStartRow = {
        ...newStartTimes(session.nowMs, this.#parts.policy),
        ...{ newStartId: newUuid(), state: NewStartState.pending, ownerGeneration, keyId, ownerPublicKey },
        ...{ finishedAtMs: null, undoUntilMs: null },
      };
      await session.transaction.newStarts.insert(row);
      const { newStartId, opensAtMs, closesAtMs } = row;
      const eventNumber = await session.append(LedgerEventKind.newStartBegun, { newStartId, opensAtMs, closesAtMs });
      await session.notify({ ...vaultNotices.newStartBegun(opensAtMs), eventNumber });
      return row;
    });
  }

  /**
   * The owner's veto against it.
   *
   * @throws VaultError `not-found` where it is not pending, `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async cancel(account: AccountRow, newStartId: string, signed: SignedStatement): Promise<NewStartRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('cancel-new-start', signed);
      requireNamed(body.newStartId, newStartId);
      const pending = await pendingNewStart(session);
      if (pending?.newStartId !== newStartId) throw notFound();
      return cancel(session, pending, 'owner');
    });
  }

  /**
   * Undoes a new start that is finished: the former owner key is the account's again, under a generation of its own, and the
   * password of the new start goes. The statement is made under the generation that the former owner had.
   *
   * @throws VaultError `not-found` where there is none that can be undone, `statement-invalid`, `challenge-spent`
   */
  async undo(account: AccountRow, newStartId: string, signed: SignedStatement): Promise<NewStartRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const rows = await session.transaction.newStarts.list();
      const at = rows.findIndex((row) => row.newStartId === newStartId);
      const row = rows[at];
      if (row === undefined || phaseOf(row, session.nowMs) !== 'finished') throw notFound();
      const { ownerPublicKey, keyId, ownerGeneration } = row;
      const expected = { ownerPublicKey, generation: ownerGeneration };
      const { body } = await session.requireStatement('undo-new-start', signed, expected);
      requireNamed(body.newStartId, newStartId);
      await this.#endLater(session, rows.slice(at + 1));
      await cancelDeletion(session, 'owner');
      await replaceOwner(session, keyId, ownerPublicKey);
      await session.transaction.newStarts.change(newStartId, row.state, ended(row, 'undone'));
      const generation = session.account.ownerGeneration + 1;
      const details = { newStartId, generation, keyId, ownerPublicKey };
      const eventNumber = await session.append(LedgerEventKind.newStartUndone, details, await withoutPassword(session));
      await session.notify({ ...vaultNotices.newStartUndone(), eventNumber });
      return { ...row, ...ended(row, 'undone') };
    });
  }

  /** What came after the one that is undone was never the old owner's: none of it is pending or can be undone any more. */
  async #endLater(session: AccountSession, later: readonly NewStartRow[]): Promise<void> {
    for (const row of later) {
      if (row.state === NewStartState.pending) await cancel(session, row, 'owner');
      if (row.state !== NewStartState.finished) continue;
      await session.transaction.newStarts.change(row.newStartId, row.state, ended(row, 'settled'));
      await session.append(LedgerEventKind.newStartSettled, { newStartId: row.newStartId });
    }
  }

  /** Takes the steps that are due on one account; for the sweep. */
  async step(accountId: string): Promise<void> {
    await this.#parts.accounts.within(accountId, async (session) => {
      for (const row of await session.transaction.newStarts.list()) await stepOne(session, row);
    });
  }
}

async function stepOne(session: AccountSession, row: NewStartRow): Promise<void> {
  const step = dueStep(row, session.nowMs);
  if (step === undefined) return;
  if (!(await session.transaction.newStarts.change(row.newStartId, row.state, afterStep(row, step)))) return;
  const { newStartId } = row;
  if (step === 'tell-open') {
    await session.notify({ ...vaultNotices.newStartOpen(row.closesAtMs), eventNumber: null });
    return;
  }
  const kind = step === 'expire' ? LedgerEventKind.newStartExpired : LedgerEventKind.newStartSettled;
  const notice = step === 'expire' ? vaultNotices.newStartExpired() : vaultNotices.newStartSettled();
  const eventNumber = await session.append(kind, { newStartId });
  await session.notify({ ...notice, eventNumber });
}

/** The one that waits or is open, if any. */
export async function pendingNewStart(session: AccountSession): Promise<NewStartRow | undefined> {
  const rows = await session.transaction.newStarts.list();
  return rows.find(({ state }) => state === NewStartState.pending);
}

/** Cancels what is pending, for the old password was proven or the old owner key signed a veto. */
export async function cancelNewStart(session: AccountSession, by: CancelledBy): Promise<void> {
  const pending = await pendingNewStart(session);
  if (pending !== undefined) await cancel(session, pending, by);
}

async function cancel(session: AccountSession, row: NewStartRow, by: CancelledBy): Promise<NewStartRow> {
  const change = ended(row, 'cancelled');
  await session.transaction.newStarts.change(row.newStartId, row.state, change);
  await session.transaction.newStarts.endRegistrations();
  const eventNumber = await session.append(LedgerEventKind.newStartCancelled, { newStartId: row.newStartId, by });
  await session.notify({ ...vaultNotices.newStartCancelled(by), eventNumber });
  return { ...row, ...change };
}

/**
 * The new start under which a registration may be made now. It holds for the owner that it was begun against and no other.
 *
 * @throws VaultError `not-found`, `new-start-not-open`
 */
export async function requireOpenNewStart(session: AccountSession, newStartId: string): Promise<NewStartRow> {
  const pending = await pendingNewStart(session);
  if (pending?.newStartId !== newStartId) throw notFound();
  if (pending.ownerGeneration !== session.account.ownerGeneration) throw notFound();
  await requireRecordedWait(session, pending);
  if (phaseOf(pending, session.nowMs) === 'open') return pending;
  const nextAttemptAtMs = session.nowMs < pending.opensAtMs ? pending.opensAtMs : null;
  const message = 'the new start is not open: its wait is not over, or its time has passed; nothing was changed';
  throw new VaultError('new-start-not-open', message, { fields: { nextAttemptAtMs } });
}

/** A wait that was shortened in its row is not over: what counts is what was recorded and announced when it began. */
async function requireRecordedWait(session: AccountSession, row: NewStartRow): Promise<void> {
  const begun = await session.newest(LedgerEventKind.newStartBegun);
  const { newStartId, opensAtMs, closesAtMs } = begun?.details ?? {};
  if (newStartId === row.newStartId && opensAtMs === row.opensAtMs && closesAtMs === row.closesAtMs) return;
  throw new ChainDiffers('a new start does not agree with the ledger');
}

/** The activation of a registration under a new start: it puts the candidate owner key in place of the lost one. */
export async function finishNewStart(
  session: AccountSession,
  newStartId: string,
  { keyId, ownerPublicKey }: Pick<PendingRecord, 'keyId' | 'ownerPublicKey'>,
  policy: NewStartPolicy,
): Promise<void> {
  const row = await requireOpenNewStart(session, newStartId);
  await replaceOwner(session, keyId, ownerPublicKey);
  await session.transaction.newStarts.change(newStartId, row.state, finished(session.nowMs, policy));
  const generation = session.account.ownerGeneration + 1;
  const details = { newStartId, generation, keyId, ownerPublicKey, formerKeyId: row.keyId };
  const eventNumber = await session.append(LedgerEventKind.newStartFinished, details);
  await session.notify({ ...vaultNotices.newStartFinished(session.nowMs + policy.newStartUndoMs), eventNumber });
}

async function replaceOwner(session: AccountSession, keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<void> {
  const { ownerGeneration } = session.account;
  if (await session.transaction.replaceOwner(ownerGeneration, keyId, ownerPublicKey)) return;
  throw new VaultError('wrong-owner-generation', 'the owner key was replaced meanwhile; nothing was changed');
}

/** Ends the password keyslot of the new start. @returns the budget afterwards: what is spent stays spent */
async function withoutPassword(session: AccountSession): Promise<AccountSession['budget']> {
  const { transaction, budget } = session;
  await transaction.endRegistrations(['open', 'pending', 'proven'], null);
  await transaction.dropPlannedShred();
  const record = await transaction.record();
  if (record === null || budget.serial === 0) return budget;
  await transaction.deleteRecord(record.serial);
  await transaction.endKeyslot(record.keyslotId, 'shredded');
  return withoutRecord(budget);
}

function requireNamed(signed: string, asked: string): void {
  if (signed !== asked) throw new VaultError('statement-invalid', 'the statement is about another new start');
}

function notFound(): VaultError {
  return new VaultError('not-found', 'there is no such new start that this could be done with');
}
