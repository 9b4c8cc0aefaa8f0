import { decodeVaultStatement, type SignedStatement, type VerifiedVaultStatement } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import { phaseOf } from './new-start-state';
import { NewStartState, type NewStartRow } from './ports/new-start-rows';
import type { AccountRow } from './ports/rows';

/**
 * Whether a repository is the current owner's: made under its key, or taken along by a rotation. One that a new start left
 * behind is not, and nothing is written into it any more.
 */
export function isOwnRepository(session: { readonly account: Pick<AccountRow, 'keyId'> }, keyId: Uint8Array): boolean {
  const own = session.account.keyId;
  return own !== null && equalBytes(own, keyId);
}

/**
 * Verifies a `remove-repository` statement. A repository that a new start left behind is removed by the former owner key, signing
 * under the generation that it had; or by the current one, but only once the former key can no longer undo the new start: it
 * would get back an account without its backup (docs/protocol.md, "New start").
 *
 * @param keyId - of the repository
 * @throws VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation`, `undo-pending`; EvidenceError
 *   `statement-invalid`
 */
export async function requireRemovalStatement(
  session: AccountSession,
  keyId: Uint8Array,
  signed: SignedStatement,
): Promise<VerifiedVaultStatement<'remove-repository'>> {
  if (isOwnRepository(session, keyId)) return session.requireStatement('remove-repository', signed);
  const left = (await session.transaction.newStarts.list()).filter((row) => replaced(row, keyId));
  const { generation } = decodeVaultStatement(signed.statement);
  const former = left.find(({ ownerGeneration }) => ownerGeneration === generation);
  if (former !== undefined) {
    const { ownerPublicKey } = former;
    return session.requireStatement('remove-repository', signed, { ownerPublicKey, generation });
  }
  const verified = await session.requireStatement('remove-repository', signed);
  const undoable = left.find((row) => phaseOf(row, session.nowMs) === 'finished');
  if (undoable === undefined) return verified;
  throw new VaultError(
    'undo-pending',
    'the former owner key can still undo the new start, and would need this backup; it can remove it at once, this key later',
    { fields: { nextAttemptAtMs: undoable.undoUntilMs } },
  );
}

function replaced({ state, keyId }: NewStartRow, of: Uint8Array): boolean {
  return (state === NewStartState.finished || state === NewStartState.settled) && equalBytes(keyId, of);
}
