import { hashLeaf, TreeBuilder, type TreeNodeHash } from '@coffer/evidence';
import type { AnchorAcknowledgement } from '../ledger/ledger-store';
import type { AnchoredLedger } from './anchored-ledger';
import type { TreePlan } from './plan-tree';
import type { TreeRepairStore } from './repair-store';
import type { RepairStep } from './repair-steps';
import { standingLeaves, wrongNodes } from './tree-reader';

const leavesAtOnce = 1_000;

/**
 * Writes a planned tree in batches. Each batch can be done again, and the head comes last: whoever is killed in between finds a
 * sealed vault and begins anew.
 */
export async function applyTree(
  store: TreeRepairStore,
  plan: TreePlan,
  anchored: AnchoredLedger,
  atStep: (step: RepairStep) => void,
): Promise<void> {
  if (plan.isSound) return;
  const { head, put } = plan;
  await store.repairTree((transaction) => transaction.cut(head.treeSize));
  for (let at = 0; at < put.length; at += leavesAtOnce) {
    await store.repairTree((transaction) => transaction.putLeaves(put.slice(at, at + leavesAtOnce)));
  }
  atStep('repair-leaves-written');
  await mendNodes(store, head.treeSize);
  const read = anchored.readings.filter(({ failure }) => failure === undefined).map(({ anchor }) => anchor.name);
  await store.repairTree((transaction) => transaction.putHead(head, read, acknowledgements(anchored)));
  atStep('repair-tree-written');
}

async function mendNodes(store: TreeRepairStore, size: number): Promise<void> {
  const tree = TreeBuilder.empty();
  let nodes: TreeNodeHash[] = [];
  const mend = async (): Promise<void> => {
    const wrong = await wrongNodes(store, nodes);
    nodes = [];
    if (wrong.length > 0) await store.repairTree((transaction) => transaction.putNodes(wrong));
  };
  for await (const { entry } of standingLeaves(store, 0, size)) {
    nodes.push(...tree.append(hashLeaf(entry)));
    if (nodes.length >= leavesAtOnce) await mend();
  }
  await mend();
}

function acknowledgements({ heads }: AnchoredLedger): readonly AnchorAcknowledgement[] {
  return heads.map(({ anchor: { name, kind }, checkpoint: { size }, note }) => ({ name, kind, size, note }));
}
