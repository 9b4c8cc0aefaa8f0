import { toHex } from '@coffer/foundation';
import type { RepairPlan, RepairSummary } from '@coffer/key-vault';

/** A plan as `--json` prints it. */
export function planFields({ scope, hash, summary }: RepairPlan): Readonly<Record<string, unknown>> {
  return { plan: toHex(hash), scope, ...summary };
}

/** A plan for people. */
export function planText({ scope, hash, summary }: RepairPlan): string {
  const { accounts, events, reasons } = summary;
  const lines = [
    scope === 'vault' ? 'A repair of the whole vault would:' : 'A repair of the sealed accounts would:',
    ...treeLines(summary.tree),
    `  look at ${accounts.checked} accounts and change ${accounts.repaired} of them:`,
    `    ${accounts.lowered} get fewer guesses than their rows say, none gets more`,
    `    ${events.restored} of their events come back from the anchors, ${events.dropped} rows go that are no events`,
    `    ${accounts.recordsDropped} passwords no longer open the backup key, for the ledger says that they ended, or lost what they opened`,
    `    ${accounts.ownersRestored} owner keys and ${accounts.closed} deletions are put back to what the ledger says`,
    ...(accounts.lost === 0
      ? []
      : [`  leave ${accounts.lost} accounts sealed that nobody can put together: ${reasons.join('; ')}`]),
    ...(scope === 'vault' ? ['  take the seal off the vault'] : []),
    '',
    `plan ${toHex(hash)}`,
  ];
  return lines.join('\n');
}

function treeLines(tree: RepairSummary['tree']): readonly string[] {
  if (tree === null) return [];
  const { before, after, anchored, leaves, hashes, unknownAccounts } = tree;
  return [
    `  make the ledger's tree one of ${after} events (the database has ${before}, the anchors hold ${anchored}):`,
    `    ${leaves} leaves and ${hashes} hashes are written`,
    ...(unknownAccounts === 0
      ? []
      : [`    ${unknownAccounts} accounts were made after this database was copied; their people begin anew`]),
    ...(anchored > 0
      ? []
      : ['    NO ANCHOR HOLDS ANYTHING: nobody can tell whether this database was put back to an older state']),
  ];
}
