import { newUuid, toHex, toRfc3339 } from '@coffer/foundation';
import {
  approvalLifeMs,
  approve,
  RepairError,
  requireTwoApprovals,
  type RepairApproval,
  type RepairPlan,
} from '@coffer/key-vault';
import type { RepairRow } from '@coffer/database';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { withVault, type AdminVault } from '../with-vault';
import { chooseScope, isEmptyPlan } from './choose-scope';
import { readPlanHash, requireSamePlan } from './plan-hash';
import { planText } from './plan-text';
import { requireStaff } from './require-staff';

/**
 * Approves a plan in the name of one member of staff, after making it anew: what is approved is what this command saw, not what
 * somebody said.
 *
 * @throws RepairError `plan-changed`, `same-person`, `nothing-to-repair`, `beyond-repair`; AdminError `forbidden`, `reason-missing`
 */
export async function runRepairApprove(
  context: AdminContext,
  hashText: string,
  options: { readonly tokenFile: string; readonly reason?: string },
): Promise<void> {
  const { reporter } = context;
  const given = readPlanHash(hashText);
  const config = context.config();
  const staff = await requireStaff(config, options.tokenFile);
  await withVault(config, async (vault) => {
    const { scope, unsealedProblem } = await chooseScope(vault);
    const plan = await vault.repair().plan(scope);
    if (isEmptyPlan(scope, plan.summary.accounts.repaired)) {
      throw new RepairError('nothing-to-repair', 'There is nothing to repair. Nothing was changed.');
    }
    requireSamePlan(given, plan.hash);
    // Nobody may work on what two persons look at.
    if (unsealedProblem !== undefined) await vault.state.seal(unsealedProblem);
    const repair = await record(vault, plan, staff, options.reason);
    const approvals = await vault.repairs.approvals(repair.repairId);
    const isEnough = await areEnough(vault, repair, approvals);
    const until = toRfc3339(repair.expiresAtMs);
    const [approved, hash] = [isEnough ? 2 : 1, toHex(plan.hash)];
    reporter.event(
      'repair-approved',
      { plan: hash, repairId: repair.repairId, approvals: approved, needed: 2, expiresAt: until },
      `${planText(plan)}\n\nApproved by ${staff}: ${approved} of 2 approvals, good until ${until}.`,
    );
    reporter.note(
      isEnough
        ? `Next: coffer-admin repair apply ${hash}`
        : `Next, another member of staff: coffer-admin repair approve ${hash} --token-file FILE`,
    );
  });
}

async function areEnough(
  { sealer }: AdminVault,
  repair: RepairRow,
  approvals: readonly RepairApproval[],
): Promise<boolean> {
  try {
    await requireTwoApprovals(sealer, repair, approvals);
    return true;
  } catch (error) {
    if (error instanceof RepairError && error.code === 'not-approved') return false;
    throw error;
  }
}

async function record(
  { repairs, sealer }: AdminVault,
  plan: RepairPlan,
  staff: string,
  reason: string | undefined,
): Promise<RepairRow> {
  const nowMs = await repairs.nowMs();
  const found = await repairs.find(plan.hash);
  if (found !== undefined) {
    if (await repairs.approve(found.repairId, await approve(sealer, found, staff, nowMs))) return found;
    throw new RepairError('same-person', 'You have approved this plan already. A second member of staff has to.');
  }
  if (reason === undefined || reason.trim() === '') {
    throw new AdminError('reason-missing', 'Whoever approves first says why: --reason "…". Nothing was changed.');
  }
  const row: RepairRow = {
    ...{ repairId: newUuid(), scope: plan.scope, planHash: plan.hash, plan: plan.encoded, reason: reason.trim() },
    ...{ state: 'proposed', proposedAtMs: nowMs, expiresAtMs: nowMs + approvalLifeMs },
  };
  await repairs.propose(row, await approve(sealer, row, staff, nowMs));
  return row;
}
