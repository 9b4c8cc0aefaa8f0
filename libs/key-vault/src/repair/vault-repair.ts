import type { AnchorSet } from '../ledger/anchor-set';
import type { NewLeaf } from '../ledger/ledger-store';
import { planAccount, planLine, type AccountPlan } from './account-plan';
import { AnchoredLedger } from './anchored-ledger';
import { applyTree } from './apply-tree';
import { planTree, type LedgerKey, type TreePlan } from './plan-tree';
import { repairAccount, type AccountRepairParts, type RepairMandate } from './repair-account';
import { RepairError } from './repair-error';
import { encodePlan, hashPlan, type ApprovablePlan, type RepairSummary } from './repair-plan';
import type { RepairStep } from './repair-steps';
import type { AccountEvidence, AccountRepairStore, RepairScope, TreeRepairStore } from './repair-store';
import type { FindAnchored } from './restore-chain';

/** What a repair works with. */
export interface VaultRepairParts extends AccountRepairParts {
  readonly ledger: TreeRepairStore;
  readonly accounts: AccountRepairStore;
  readonly anchors: AnchorSet;
  readonly key: LedgerKey;
  /** Named points of a repair; tests kill the process there. */
  readonly atStep?: (step: RepairStep) => void;
}

/** What a repair would do. */
export interface RepairPlan extends ApprovablePlan {
  readonly summary: RepairSummary;
  readonly encoded: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly hash: Uint8Array<ArrayBuffer>;
  readonly source: { readonly anchored: AnchoredLedger; readonly tree: TreePlan | undefined };
}

const accountsAtOnce = 100;

/**
 * Repairs to the minimum (docs/protocol.md, "Ledger"): the tree becomes the one that the anchors hold, and each account's budget the
 * minimum of its row and its replayed chain. Nothing is ever raised, and what needs nothing is not touched.
 */
export class VaultRepair {
  readonly #parts: VaultRepairParts;

  constructor(parts: VaultRepairParts) {
    this.#parts = parts;
  }

  /**
   * What a repair would do; nothing is changed. Of scope `vault` the vault must be sealed, so that nobody works on it meanwhile; of
   * scope `accounts` the sealed ones are looked at, and the tree is taken as it stands.
   *
   * @throws RepairError `beyond-repair`; AnchorError
   */
  async plan(scope: RepairScope): Promise<RepairPlan> {
    const { ledger, accounts, anchors, key, sealer, policy } = this.#parts;
    const anchored = await AnchoredLedger.read(anchors, key.verifier, sealer);
    const tree = scope === 'vault' ? await this.#planTree(anchored) : undefined;
    const { treeSize: before } = await ledger.head();
    const find = findIn(tree, anchored);
    const standing = standingUnder(tree);
    const tally = new Tally();
    for await (const evidence of evidencesOf(accounts, scope)) {
      tally.add(await planAccount(sealer, policy, standing(evidence), find));
    }
    const extent = tree === undefined ? null : { size: tree.head.treeSize, root: tree.head.root };
    const approvable = { scope, tree: extent, lines: tally.lines };
    const encoded = encodePlan(key.vaultId, approvable);
    const summary = {
      tree: tree === undefined ? null : treeSummary(before, tree, anchored),
      ...{ accounts: tally.accounts, events: tally.events, reasons: [...tally.reasons] },
    };
    return { ...approvable, summary, encoded, hash: hashPlan(encoded), source: { anchored, tree } };
  }

  /**
   * Does what is planned. It can be done again after it was cut off, with a new plan of what is left.
   *
   * @throws RepairError `plan-changed` where an account is not as it was planned; what was done before stays done
   */
  async apply({ scope, source }: RepairPlan, mandate: RepairMandate): Promise<void> {
    const { ledger, accounts, atStep = () => undefined } = this.#parts;
    const { anchored, tree } = source;
    if (tree !== undefined) await applyTree(ledger, tree, anchored, atStep);
    const find = findIn(tree, anchored);
    for await (const { row } of this.#unsound(scope, find)) {
      await accounts.repairAccount(row.accountId, (transaction) =>
        repairAccount(this.#parts, transaction, find, mandate),
      );
      atStep('repair-account-written');
    }
    atStep('repair-accounts-done');
  }

  /**
   * How many leaves that the anchors hold the database lacks or has otherwise; also of a vault that is in use.
   *
   * @throws RepairError `beyond-repair`; AnchorError
   */
  async differingLeaves(): Promise<number> {
    const { anchors, key, sealer } = this.#parts;
    return (await this.#planTree(await AnchoredLedger.read(anchors, key.verifier, sealer))).put.length;
  }

  async #planTree(anchored: AnchoredLedger): Promise<TreePlan> {
    const plan = await planTree(this.#parts.ledger, anchored, this.#parts.key);
    if (!('lost' in plan)) return plan;
    throw new RepairError('beyond-repair', `The ledger cannot be repaired: ${plan.lost}.`);
  }

  /** Looked at without a lock first: most accounts of a vault are sound. */
  async *#unsound(scope: RepairScope, find: FindAnchored): AsyncGenerator<AccountEvidence, void> {
    const { accounts, sealer, policy } = this.#parts;
    for await (const evidence of evidencesOf(accounts, scope)) {
      const { outcome } = await planAccount(sealer, policy, evidence, find);
      if (outcome !== 'sound') yield evidence;
    }
  }
}

async function* evidencesOf(store: AccountRepairStore, scope: RepairScope): AsyncGenerator<AccountEvidence, void> {
  for (let after: string | null = null; ;) {
    const found: readonly AccountEvidence[] = await store.evidences(scope, after, accountsAtOnce);
    yield* found;
    after = found.at(-1)?.row.accountId ?? null;
    if (found.length < accountsAtOnce) return;
  }
}

/** Accounts as they will stand under the tree: with its leaves, and without queued events that are leaves of it. */
function standingUnder(tree: TreePlan | undefined): (evidence: AccountEvidence) => AccountEvidence {
  if (tree === undefined) return (evidence) => evidence;
  const put = tree.put.filter((leaf): leaf is NewLeaf => leaf.accountId !== null);
  const byAccount = Map.groupBy(put, ({ accountId }) => accountId);
  const replaced = new Set(tree.put.map(({ leafIndex }) => leafIndex));
  return (evidence) => {
    const own = byAccount.get(evidence.row.accountId) ?? [];
    const isKept = ({ leafIndex }: NewLeaf): boolean => leafIndex < tree.head.treeSize && !replaced.has(leafIndex);
    const taken = new Set(own.map(({ number }) => number));
    const queued = evidence.queued.filter((number) => !taken.has(number));
    return { ...evidence, queued, leaves: [...evidence.leaves.filter(isKept), ...own] };
  };
}

/** What was read for the tree is not read again. */
function findIn(tree: TreePlan | undefined, anchored: AnchoredLedger): FindAnchored {
  return async (leaf) => tree?.events.get(leaf.leafIndex) ?? anchored.find(leaf);
}

class Tally {
  readonly accounts = {
    ...{ checked: 0, repaired: 0, lowered: 0, recordsDropped: 0, ownersRestored: 0, closed: 0, lost: 0 },
  };
  readonly events = { restored: 0, dropped: 0 };
  readonly reasons = new Set<string>();
  readonly lines: Uint8Array[] = [];

  add(plan: AccountPlan): void {
    this.accounts.checked += 1;
    if (plan.outcome === 'sound') return;
    this.lines.push(planLine(plan));
    if (plan.outcome === 'lost') {
      this.accounts.lost += 1;
      if (this.reasons.size < 10) this.reasons.add(plan.reason);
      return;
    }
    const { before, after, restored, dropped, dropsRecord, restoresOwner, closes } = plan.facts;
    this.accounts.repaired += 1;
    this.accounts.lowered += Number(after < before);
    this.accounts.recordsDropped += Number(dropsRecord);
    this.accounts.ownersRestored += Number(restoresOwner);
    this.accounts.closed += Number(closes);
    this.events.restored += restored;
    this.events.dropped += dropped;
  }
}

function treeSummary(before: number, tree: TreePlan, { best }: AnchoredLedger): RepairSummary['tree'] {
  return {
    ...{ before, after: tree.head.treeSize, anchored: best?.checkpoint.size ?? 0 },
    ...{ leaves: tree.put.length, hashes: tree.wrongHashes, unknownAccounts: tree.unknownAccounts },
  };
}
