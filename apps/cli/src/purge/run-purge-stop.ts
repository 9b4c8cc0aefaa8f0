import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { connectVault } from '../vault/connect-vault';

/** Stops the purge; a sign-in is enough, for who has just lost the key must be able to. @throws as `connectVault` */
export async function runPurgeStop(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { state, found, counts } = await client.stopPurge();
  const left = found.objects - counts.done.objects;
  context.reporter.summary(
    { state, found: found.objects, done: counts.done.objects, left },
    `Stopped. Copies that stay where they are: ${formatCount(left)}; deleted before: ${formatCount(counts.done.objects)}. To go on: coffer purge start`,
  );
}
