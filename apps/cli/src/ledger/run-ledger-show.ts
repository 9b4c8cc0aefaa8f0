import { decodeLedgerEvent } from '@coffer/evidence';
import { fromBase64Url, toRfc3339 } from '@coffer/foundation';
import { listEvents } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { connectVault } from '../vault/connect-vault';

/** Shows what the vault recorded about the account, oldest first; `ledger check` is what verifies it. */
export async function runLedgerShow(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const events = await listEvents(client);
  for (const wire of events) {
    const { number, kind, atMs, remaining, attempt, nextAtMs } = decodeLedgerEvent(fromBase64Url(wire.event));
    const at = toRfc3339(atMs);
    const nextAttemptAt = nextAtMs === null ? null : toRfc3339(nextAtMs);
    context.reporter.event(
      'ledger-event',
      { number, kind, at, remaining, attempt, nextAttemptAt, leafIndex: wire.leafIndex },
      `${String(number).padStart(5)}  ${at}  ${kind.padEnd(20)}  ${remaining} guesses left`,
    );
  }
  context.reporter.summary(
    { events: events.length },
    `${formatCount(events.length)} events. To verify them: coffer ledger check`,
  );
}
