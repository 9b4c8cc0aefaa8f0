import { cancelDeletion } from './account-deletion';
import type { AccountSession } from './account-session';
import { cancelNewStart } from './new-start';

/**
 * Ends what was begun because key and password were said to be lost, a new start or a deletion: the old password was proven, or the
 * owner key signed a veto.
 */
export async function cancelWaiting(session: AccountSession, by: 'proven' | 'owner'): Promise<void> {
  if (!session.hasLossRows) return;
  await cancelNewStart(session, by);
  await cancelDeletion(session, by);
}
