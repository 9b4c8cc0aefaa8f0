import { checkTree, type RepairScope } from '@coffer/key-vault';
import type { AdminVault } from '../with-vault';

/** What a repair has to look at. */
export interface ChosenScope {
  readonly scope: RepairScope;
  /** Why the vault must be sealed before it is repaired; undefined where it is, or need not be. */
  readonly unsealedProblem: string | undefined;
}

/**
 * The whole vault where it is sealed or has to be, also for leaves of which the tree does not say whose they are; else the accounts
 * that are sealed.
 */
export async function chooseScope(vault: AdminVault): Promise<ChosenScope> {
  const { state, store, anchors, identity } = vault;
  const isSealed = (await state.state())?.sealedReason != null;
  if (isSealed) return { scope: 'vault', unsealedProblem: undefined };
  const { problem } = await checkTree(store, anchors, identity.ledgerVerifier);
  if (problem !== undefined) return { scope: 'vault', unsealedProblem: problem };
  const differing = await vault.repair().differingLeaves();
  if (differing === 0) return { scope: 'accounts', unsealedProblem: undefined };
  return { scope: 'vault', unsealedProblem: `${differing} leaves of the tree are not as the anchors have them` };
}

/** Whether there is anything to approve. */
export function isEmptyPlan(scope: RepairScope, repaired: number): boolean {
  return scope === 'accounts' && repaired === 0;
}
