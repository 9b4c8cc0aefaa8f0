import { checkLedger, ledgerMemoryAfter } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { connectVault } from '../vault/connect-vault';
import { recallLedger, rememberLedger } from './ledger-memory';

/**
 * Checks the ledger against the account's own events and against what this device has seen, and remembers the new state. A
 * ledger that does not hold is never remembered.
 *
 * @throws EvidenceError, LedgerError, HomeError `damaged`; as `connectVault`
 */
export async function runLedgerCheck(context: CommandContext, homePath: string): Promise<void> {
  const { home, known, client, account } = await connectVault(context, homePath);
  const { accountId } = account;
  const memory = await recallLedger(home, known.vaultId);
  const checked = await checkLedger({
    client,
    known,
    accountId,
    memory,
    onVerified: (doneItems, totalItems) =>
      context.reporter.progress({ phase: 'verifying events', doneBytes: 0, doneItems, totalItems }),
  });
  await rememberLedger(home, known.vaultId, ledgerMemoryAfter(memory, accountId, checked));
  const { events, budget, checkpoint, newlyVerified } = checked;
  const isFirst = memory.checkpoint === undefined;
  context.reporter.summary(
    {
      events: events.length,
      newEvents: newlyVerified,
      treeSize: checkpoint.size,
      remaining: budget.remaining,
      firstCheck: isFirst,
    },
    `The ledger holds: ${formatCount(events.length)} events of this account in one chain, each in the tree of ` +
      `${formatCount(checkpoint.size)} entries that the vault has signed; ${budget.remaining} guesses left. ` +
      (isFirst
        ? 'From now on this device notices what is taken away or changed.'
        : 'It grew from what this device had seen.'),
  );
}
