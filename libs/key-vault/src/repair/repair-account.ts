import { LedgerEventKind } from '@coffer/evidence';
import { newUuid, toHex } from '@coffer/foundation';
import { makeEvent, type EventDetails } from '../event-maker';
import type { NewStartPolicy } from '../new-start-state';
import type { KeySealer } from '../ports/key-sealer';
import { vaultNotices } from '../vault-notices';
import { planAccount, planLine, type AccountPlan } from './account-plan';
import { RepairError } from './repair-error';
import type { RepairTransaction } from './repair-store';
import type { FindAnchored } from './restore-chain';

/** Who repairs and what was approved: it stands in the event of each repaired account. */
export interface RepairMandate {
  readonly details: EventDetails;
  /** Whether a line is one of the approved plan. */
  readonly allows: (line: Uint8Array) => boolean;
}

/** What the repair of an account works with. */
export interface AccountRepairParts {
  readonly sealer: KeySealer;
  readonly policy: NewStartPolicy;
}

/**
 * Repairs one account in one transaction, and records and announces it. An account whose chain cannot be put together is sealed
 * and stays as it is; a sound one is not touched.
 *
 * @throws RepairError `plan-changed` where what would be done is not what was approved; nothing was changed
 */
export async function repairAccount(
  { sealer, policy }: AccountRepairParts,
  transaction: RepairTransaction,
  find: FindAnchored,
  mandate: RepairMandate,
): Promise<AccountPlan> {
  const evidence = await transaction.evidence();
  if (evidence === undefined) return { outcome: 'sound' };
  const { accountId, sealedReason } = evidence.row;
  const plan = await planAccount(sealer, policy, evidence, find);
  if (plan.outcome === 'sound') return plan;
  const line = planLine(plan);
  if (!mandate.allows(line)) {
    throw new RepairError('plan-changed', 'An account is not as it was when the plan was approved. Make a new plan.', {
      fields: { line: toHex(line) },
    });
  }
  if (plan.outcome === 'lost') {
    if (sealedReason === null) await transaction.seal(plan.reason);
    return plan;
  }
  const { chain, rows, facts } = plan;
  const last = chain.events.at(-1)!;
  const { restored, dropped, before } = facts;
  const event = await makeEvent(sealer, accountId, last, {
    kind: LedgerEventKind.accountRepaired,
    atMs: Math.max(evidence.nowMs, last.fields.atMs),
    budget: rows.budget,
    details: { ...mandate.details, restored, dropped, before },
  });
  const notice = { ...vaultNotices.repaired(rows.budget.remaining), noticeId: newUuid(), atMs: evidence.nowMs };
  await transaction.write({
    ...rows,
    events: [...chain.events, event],
    notice: { ...notice, eventNumber: event.number },
  });
  return plan;
}
