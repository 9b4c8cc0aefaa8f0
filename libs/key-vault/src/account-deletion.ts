import { LedgerEventKind, type SignedStatement } from '@coffer/evidence';
import { fromBase64Url, newUuid } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { ChainDiffers } from './chain-differs';
import { VaultError } from './errors';
import { withoutRecord } from './guess-budget';
import { DeletionState, type AccountDeletionRow } from './ports/account-deletion-rows';
import type { AccountRow } from './ports/rows';
import { recordVaultEvent } from './vault-chain';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** How long the sweep waits before it looks again whether a closed account can be erased, milliseconds. */
const lookAgainMs = 5_000;

/**
 * The deletion of an account (docs/protocol.md): at once by its owner's signature, or asked for by a sign-in and announced, to wait
 * for whoever still has the key or the password. Then the account is closed, its objects are deleted, and in the end every row
 * that names it.
 */
export class AccountDeletion {
  readonly #parts: Pick<VaultServiceParts, 'accounts' | 'policy' | 'vaultIdText'>;

  constructor(parts: Pick<VaultServiceParts, 'accounts' | 'policy' | 'vaultIdText'>) {
    this.#parts = parts;
  }

  /** Asks for it without the key; where it was asked for that one is given. The caller found the sign-in to be fresh. */
  async ask(account: AccountRow): Promise<AccountDeletionRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const earlier = await session.transaction.deletion.find();
      if (earlier !== null) return earlier;
      const dueAtMs = session.nowMs + this.#parts.policy.deletionWaitMs;
      const row: AccountDeletionRow = {
        ...{ deletionId: newUuid(), state: DeletionState.waiting, askedBy: 'login' },
        ...{ askedAtMs: session.nowMs, dueAtMs, stepAtMs: dueAtMs },
      };
      await session.transaction.deletion.put(row);
      const { deletionId } = row;
      const eventNumber = await session.append(LedgerEventKind.deletionAsked, { deletionId, dueAtMs });
      await session.notify({ ...vaultNotices.deletionAsked(dueAtMs), eventNumber });
      return row;
    });
  }

  /**
   * The owner's veto against it.
   *
   * @throws VaultError `not-found` where it does not wait, `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async cancel(account: AccountRow, signed: SignedStatement): Promise<void> {
    await this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('cancel-deletion', signed);
      const row = await session.transaction.deletion.find();
      if (row?.deletionId !== body.deletionId) {
        throw new VaultError('not-found', 'there is no such deletion that could be cancelled');
      }
      await cancelDeletion(session, 'owner');
    });
  }

  /**
   * Closes the account at once, by its owner's signature.
   *
   * @throws VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async deleteNow(account: AccountRow, signed: SignedStatement): Promise<AccountDeletionRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('delete-account', signed);
      const { deletionId } = body;
      const { nowMs } = session;
      return this.#close(session, { deletionId, askedBy: 'owner', askedAtMs: nowMs, dueAtMs: nowMs });
    });
  }

  /** Takes the step that is due on one account; for the sweep. */
  async step(accountId: string): Promise<void> {
    const closed = await this.#parts.accounts.within(
      accountId,
      async (session) => {
        const row = await session.transaction.deletion.find();
        if (row === null || session.nowMs < row.stepAtMs) return undefined;
        if (row.state === DeletionState.closed) return row;
        await requireRecordedWait(session, row);
        await this.#close(session, row);
        return undefined;
      },
      { evenClosed: true },
    );
    if (closed !== undefined) await this.#erase(accountId, closed);
  }

  async #close(
    session: AccountSession,
    asked: Omit<AccountDeletionRow, 'state' | 'stepAtMs'>,
  ): Promise<AccountDeletionRow> {
    const { transaction, nowMs } = session;
    const row = { ...asked, state: DeletionState.closed, stepAtMs: nowMs + this.#parts.policy.removalSettleMs };
    if (!(await transaction.deletion.close()))
      throw new VaultError('account-closed', 'the account is being deleted already');
    await transaction.deletion.put(row);
    const { deletionId, askedBy } = row;
    const after = session.budget.serial === 0 ? session.budget : withoutRecord(session.budget);
    const eventNumber = await session.append(LedgerEventKind.accountClosed, { deletionId, by: askedBy }, after);
    await session.notify({ ...vaultNotices.accountClosed(), eventNumber });
    return row;
  }

  /**
   * The end. The vault's own chain says first that it is coming, and how many leaves of the tree become nobody's by it; a process
   * that dies in between says it twice, with the same deletion id.
   */
  async #erase(accountId: string, { deletionId }: AccountDeletionRow): Promise<void> {
    const { accounts, vaultIdText } = this.#parts;
    const leaves = await accounts.within(
      accountId,
      async ({ transaction, nowMs }): Promise<number | undefined> => {
        const row = await transaction.deletion.find();
        // Another process has taken the step a moment ago.
        if (row === null || row.stepAtMs > nowMs) return undefined;
        await transaction.deletion.put({ ...row, stepAtMs: nowMs + lookAgainMs });
        return (await transaction.deletion.isErasable()) ? transaction.deletion.leaves() : undefined;
      },
      { evenClosed: true },
    );
    if (leaves === undefined) return;
    await recordVaultEvent(accounts, fromBase64Url(vaultIdText), {
      kind: LedgerEventKind.accountErased,
      details: { deletionId, leaves },
    });
    await accounts.within(
      accountId,
      async ({ transaction }) => {
        if (await transaction.deletion.isErasable()) await transaction.deletion.erase();
      },
      { evenClosed: true },
    );
  }
}

/** Ends a deletion that waits, for the password was proven or the owner key signed a veto: nothing is lost. */
export async function cancelDeletion(session: AccountSession, by: 'proven' | 'owner'): Promise<void> {
  const row = await session.transaction.deletion.find();
  if (row?.state !== DeletionState.waiting || !(await session.transaction.deletion.cancel(row.deletionId))) return;
  const eventNumber = await session.append(LedgerEventKind.deletionCancelled, { deletionId: row.deletionId, by });
  await session.notify({ ...vaultNotices.deletionCancelled(by), eventNumber });
}

/** A wait that was shortened in its row is not over: what counts is what was recorded and announced. */
async function requireRecordedWait(session: AccountSession, row: AccountDeletionRow): Promise<void> {
  const asked = await session.newest(LedgerEventKind.deletionAsked);
  const { deletionId, dueAtMs } = asked?.details ?? {};
  if (deletionId === row.deletionId && dueAtMs === row.dueAtMs) return;
  throw new ChainDiffers('a deletion does not agree with the ledger');
}
