import { openCheckpoint } from '@coffer/evidence';
import { checkTree, TreeAudit } from '@coffer/key-vault';
import type { AdminVault } from '../with-vault';
import { bad, doubtful, good, type Finding } from './finding';

const plan = 'coffer-admin repair plan; the steps are in docs/operations/repair.md.';
const leavesAtOnce = 2_000;

/** Whether the vault is sealed, and whether tree and anchors hold. */
export async function examineLedger(vault: AdminVault, isQuick: boolean): Promise<readonly Finding[]> {
  const { state, store, anchors, identity } = vault;
  const reason = (await state.state())?.sealedReason ?? null;
  const { problem, isKnown } = await checkTree(store, anchors, identity.ledgerVerifier);
  return [
    reason === null
      ? good('vault', 'The vault is not sealed.')
      : bad('vault', `The vault is sealed: ${reason}.`, {
          safe: 'No guess is taken and nothing is handed out; what is stored is not touched. Purging stands still as well.',
          next: plan,
        }),
    ...(await examineAnchors(vault)),
    ...(isKnown
      ? []
      : [
          bad('anchors', 'Too few anchors can be read to know whether the database was put back to an older state.', {
            safe: 'Nothing is built upon the database meanwhile: guesses are refused before they are counted.',
            next: 'Bring the anchors back first. Repair nothing before.',
          }),
        ]),
    problem === undefined
      ? good('tree', 'The tree’s head is signed, follows from its hashes, and is not behind the anchors.')
      : bad('tree', `The ledger does not hold: ${problem}.`, {
          safe: 'vault-api seals the vault at its next check, within a minute; then nobody works on it.',
          next:
            reason === null
              ? `Leave vault-api running, or start it, until it says "the vault is sealed". Then ${plan}`
              : plan,
        }),
    ...(isQuick ? [] : [await auditTree(vault), await compareAnchors(vault)]),
  ];
}

async function examineAnchors({ anchors, store, identity }: AdminVault): Promise<readonly Finding[]> {
  const acknowledged = new Map((await store.acknowledgements()).map(({ name, size }) => [name, size]));
  const { treeSize } = await store.head();
  return (await anchors.read()).map((reading) => {
    const { name } = reading.anchor;
    if (reading.failure !== undefined) {
      return doubtful('anchor', `${name} cannot be read: ${reading.failure}.`, {
        safe: 'What it holds is not lost by that.',
        next: 'Bring it back. Guesses wait while fewer than the quorum acknowledge.',
      });
    }
    const known = acknowledged.get(name) ?? 0;
    const held = reading.head === undefined ? 0 : openCheckpoint(reading.head.note, identity.ledgerVerifier).size;
    if (held < known) {
      return bad('anchor', `${name} holds ${held} events and has acknowledged ${known}: it has lost some.`, {
        safe: 'The database still has them.',
        next: 'Find out who could remove them. The vault seals itself; a repair takes the anchor as it is and fills it again.',
      });
    }
    return good('anchor', `${name} holds ${held} events; the database has ${treeSize}.`);
  });
}

/** Each leaf against the anchors': also whose it is, which the tree does not say. */
async function compareAnchors(vault: AdminVault): Promise<Finding> {
  const differing = await vault.repair().differingLeaves();
  if (differing === 0)
    return good('anchored-leaves', 'Every leaf is as the anchors have it, and belongs to whom they say.');
  return bad('anchored-leaves', `${differing} leaves are missing, or belong to others than the anchors say.`, {
    safe: 'The anchors hold what was recorded.',
    next: `Where the vault is not sealed, stop vault-api and find out who can write to the database. Then ${plan}`,
  });
}

async function auditTree({ store, sealer }: AdminVault): Promise<Finding> {
  const audit = new TreeAudit(sealer);
  const differing = new Set<string>();
  for (;;) {
    const step = await audit.step(store, leavesAtOnce);
    for (const accountId of step.differingAccounts) differing.add(accountId);
    if (step.problem !== undefined) {
      return bad('audit', `The tree is not whole: ${step.problem}.`, {
        safe: 'The anchors hold what was recorded.',
        next: `vault-api seals the vault when it has come to that place; then ${plan}`,
      });
    }
    if (step.isDone) break;
  }
  if (differing.size === 0) return good('audit', 'Every leaf was read, and leads to the signed root.');
  return bad('audit', `Events of ${differing.size} accounts are not those that were recorded.`, {
    safe: 'vault-api seals these accounts, and no other.',
    next: `When they are sealed: ${plan}`,
  });
}
