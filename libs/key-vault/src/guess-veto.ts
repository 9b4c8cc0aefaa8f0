import { LedgerEventKind, type SignedStatement } from '@coffer/evidence';
import type { AccountRow } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';
import { cancelWaiting } from './waiting-acts';

/**
 * The guess veto (docs/protocol.md, "Recovery", 9): its owner stops all guesses on an account for at most 72 hours. It takes
 * nothing from the budget, stops nothing that is owner-signed, and is the same for an account without a password record.
 */
export class GuessVeto {
  readonly #parts: Pick<VaultServiceParts, 'accounts'>;

  constructor(parts: Pick<VaultServiceParts, 'accounts'>) {
    this.#parts = parts;
  }

  /**
   * Places, renews, shortens or (with 0 seconds) lifts the veto, from the database's now on.
   *
   * @returns until when it lasts; null where it was lifted
   * @throws VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async set(account: AccountRow, signed: SignedStatement): Promise<number | null> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('guess-veto', signed);
      const untilMs = body.seconds === 0 ? null : session.nowMs + body.seconds * 1000;
      await session.transaction.veto.set(untilMs);
      const eventNumber =
        untilMs === null
          ? await session.append(LedgerEventKind.vetoLifted, {})
          : await session.append(LedgerEventKind.guessesVetoed, { untilMs });
      const notice = untilMs === null ? vaultNotices.vetoLifted() : vaultNotices.guessesVetoed();
      await session.notify({ ...notice, eventNumber });
      // Whoever signs as the owner has not lost the key.
      await cancelWaiting(session, 'owner');
      return untilMs;
    });
  }
}
