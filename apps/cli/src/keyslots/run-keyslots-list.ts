import { formatKeyId } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { connectVault } from '../vault/connect-vault';
import { activeKeyslots, keyslotWords } from './active-keyslots';

/** Lists the ways by which the account gets its backup key back. A sign-in is enough. @throws as `connectVault` */
export async function runKeyslotsList(context: CommandContext, homePath: string): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, homePath);
  const keyslots = await activeKeyslots(connection);
  for (const { keyslotId, kind, keyId, provenAt } of keyslots) {
    const when = provenAt === null ? 'not proven' : `proven ${provenAt}`;
    reporter.event(
      'keyslot',
      { keyslotId, kind, keyId, provenAt },
      `${keyslotId}  ${keyslotWords[kind].padEnd(12)}  ${when}`,
    );
  }
  const { keyId } = connection.account;
  reporter.summary(
    {
      keyId: keyId === null ? null : toHex(keyId),
      keyslots: keyslots.length,
      kinds: keyslots.map(({ kind }) => kind),
    },
    keyId === null
      ? 'This account has no backup key yet. Next: coffer setup'
      : `Key ${formatKeyId(keyId)}. Keyslots: ${keyslots.length}.`,
  );
}
