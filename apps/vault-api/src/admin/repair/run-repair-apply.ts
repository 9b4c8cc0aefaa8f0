import { setTimeout as pause } from 'node:timers/promises';
import {
  DatabaseError,
  durabilityProblems,
  PgVaultStore,
  statement,
  type RepairRow,
  type Session,
} from '@coffer/database';
import { LedgerEventKind } from '@coffer/evidence';
import { equalBytes, toHex } from '@coffer/foundation';
import {
  Accounts,
  ApprovedPlan,
  checkTree,
  hashPlan,
  RepairError,
  requireTwoApprovals,
  staffPseudonym,
  vaultAccount,
  type EventDetails,
  type RepairPlan,
  type RepairStep,
} from '@coffer/key-vault';
import { takeSequencerLock } from '../../ledger/sequencer-lock';
import { failpoints } from '../../runtime/failpoints';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { withVault, type AdminVault } from '../with-vault';
import { readPlanHash, requireSamePlan } from './plan-hash';
import { planFields } from './plan-text';

/** How long a process that sequences is waited for: it lets go of the ledger within seconds of the vault being sealed. */
const lockPatienceMs = 30_000;
const repairLock = statement('repair-lock', 'SELECT pg_try_advisory_lock(4300004) AS held');

/**
 * Does what two members of staff have approved. Cut off, it is run again and goes on: each step can be done twice, and the seal goes last.
 *
 * @throws RepairError `not-approved`, `plan-changed`, `approval-expired`, `beyond-repair`; AdminError `ledger-busy`
 */
export async function runRepairApply(context: AdminContext, hashText: string): Promise<void> {
  const { reporter } = context;
  const given = readPlanHash(hashText);
  await withVault(context.config(), async (vault) => {
    const atStep = failpoints(vault.config.failpoint, { warn: (_fields, text) => reporter.note(text) });
    if (await isDoneAlready(vault, given)) {
      reporter.event(
        'repair-done',
        { plan: toHex(given), isAgain: true },
        'This repair was done already; nothing was changed now.',
      );
      return;
    }
    const row = await requireApproved(vault, given);
    const session = await lock(vault, row);
    try {
      const { plan, details } = await apply(vault, row, atStep);
      await finish(vault, row, details);
      atStep('repair-finished');
      reporter.event(
        'repair-done',
        { ...planFields(plan), plan: toHex(given), repairId: row.repairId },
        row.scope === 'vault'
          ? 'Done: the vault is not sealed any more. It serves again once its anchors have acknowledged, in some seconds.'
          : 'Done: the accounts are not sealed any more, but those that nobody can put together.',
      );
      reporter.note(
        'Nothing was given back: no guess, no password, no account. Those concerned were told. Next: coffer-admin doctor',
      );
    } finally {
      await session.close();
    }
  });
}

/** Killed after the last step, it is run again by whoever does not know that. */
async function isDoneAlready({ repairs }: AdminVault, given: Uint8Array): Promise<boolean> {
  return (await repairs.find(given)) === undefined && (await repairs.isDone(given));
}

interface ApprovedRepair extends RepairRow {
  /** The two who approved it, as the ledger names them. */
  readonly approvedBy: readonly string[];
}

/** @throws RepairError `not-approved` */
async function requireApproved({ repairs, sealer }: AdminVault, given: Uint8Array): Promise<ApprovedRepair> {
  const row = await repairs.find(given);
  if (row === undefined || !equalBytes(hashPlan(row.plan), given)) {
    throw new RepairError(
      'not-approved',
      'Nobody has approved this plan within the last 24 hours. Nothing was changed.',
    );
  }
  const approvals = await requireTwoApprovals(sealer, row, await repairs.approvals(row.repairId));
  const approvedBy: string[] = [];
  for (const { staff } of approvals.slice(0, 2)) approvedBy.push(await staffPseudonym(sealer, staff));
  return { ...row, approvedBy };
}

/** One repair at a time; of the whole vault only while nobody sequences. */
async function lock({ database, state }: AdminVault, { scope }: RepairRow): Promise<Session> {
  const problems = await durabilityProblems(database);
  if (problems.length > 0) {
    throw new DatabaseError('not-durable', `The database could lose what is repaired: ${problems.join('; ')}.`);
  }
  const session = await database.session(() => undefined);
  try {
    const [own] = await session.rows<{ held: boolean }>(repairLock);
    if (own?.held !== true) throw new AdminError('ledger-busy', 'Another repair is under way. Let it end.');
    if (scope === 'accounts') return session;
    await state.seal('a repair is under way');
    const until = performance.now() + lockPatienceMs;
    while (!(await takeSequencerLock(session))) {
      if (performance.now() > until) {
        throw new AdminError(
          'ledger-busy',
          'A process of vault-api still has the ledger. Stop vault-api on every machine, and apply again.',
        );
      }
      await pause(250);
    }
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function apply(
  vault: AdminVault,
  row: ApprovedRepair,
  atStep: (step: RepairStep) => void,
): Promise<{ readonly plan: RepairPlan; readonly details: EventDetails }> {
  const { repairs } = vault;
  const repair = vault.repair(atStep);
  const plan = await repair.plan(row.scope);
  const approved = new ApprovedPlan(row.plan);
  if (row.state === 'proposed') requireSamePlan(row.planHash, plan.hash);
  else approved.requireCovers(plan);
  if (!(await repairs.begin(row.repairId))) {
    throw new RepairError('approval-expired', 'It was approved more than 24 hours ago. Make a new plan.');
  }
  atStep('repair-begun');
  const details = { repairId: row.repairId, planHash: row.planHash, approvedBy: [...row.approvedBy] };
  await repair.apply(plan, { details, allows: approved.allows });
  return { plan, details };
}

/** The seal goes with the event that says so, in one transaction. */
async function finish(vault: AdminVault, row: RepairRow, details: EventDetails): Promise<void> {
  const { database, sealer, identity, repairs, store, anchors } = vault;
  const { problem } = await checkTree(store, anchors, identity.ledgerVerifier);
  if (problem !== undefined) {
    throw new RepairError('beyond-repair', `Everything was written, and still ${problem}. The vault stays sealed.`);
  }
  const accountStore = new PgVaultStore(database);
  const accounts = new Accounts({ store: accountStore, sealer, vaultId: identity.vaultId });
  const { accountId } = await vaultAccount(accounts, identity.vaultId);
  await accountStore.transaction(accountId, async (transaction) => {
    const isWhole = row.scope === 'vault';
    // Of accounts that were made after the dump: no event but this one says why nobody has them.
    const freed = isWhole ? { leaves: await repairs.nobodysLeaves(transaction.sql) } : {};
    if (isWhole) await repairs.unsealVault(transaction.sql);
    const session = await accounts.join(transaction, accountId);
    await session.append(LedgerEventKind.vaultRepaired, {
      ...{ ...details, scope: row.scope, reason: row.reason },
      ...freed,
    });
    await repairs.finish(transaction.sql, row.repairId);
  });
}
