import { checkTree, type RepairScope } from '@coffer/key-vault';
import type { AdminVault } from '../with-vault';

/** What a repair has to look at. */
export interface ChosenScope {
  readonly scope: RepairScope;
  /** Why the vault must be sealed before it is repaired; undefined where it is, or need not be. */
  readonly unsealedProblem: string | undefined;
}

/** The whole vault where it is sealed or has to be; else the accounts that are sealed. */
export async function chooseScope({ state, store, anchors, identity }: AdminVault): Promise<ChosenScope> {
  const isSealed = (await state.state())?.sealedReason != null;
  if (isSealed) return { scope: 'vault', unsealedProblem: undefined };
  const { problem } = await checkTree(store, anchors, identity.ledgerVerifier);
  return { scope: problem === undefined ? 'accounts' : 'vault', unsealedProblem: problem };
}

/** Whether there is anything to approve. */
export function isEmptyPlan(scope: RepairScope, repaired: number): boolean {
  return scope === 'accounts' && repaired === 0;
}
