import { setGuessVeto } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { attemptsText } from '../vault/attempts';
import { connectVault } from '../vault/connect-vault';
import type { KeySources } from '../vault/key-sources';
import { unlock } from '../vault/unlock';

const hourSeconds = 3600;

/** Stops guesses for so many hours. @throws as `connectVault` and `unlock` */
export async function runGuessesVeto(
  context: CommandContext,
  homePath: string,
  request: { readonly hours: number; readonly sources: KeySources },
): Promise<void> {
  const connection = await connectVault(context, homePath);
  const { backupKey } = await unlock(context, connection, request.sources);
  const { vetoedUntil } = await setGuessVeto(connection.account, backupKey, request.hours * hourSeconds);
  context.reporter.summary(
    { vetoedUntil },
    `No password is tried on this account before ${vetoedUntil}. Backups go on. To end it sooner: coffer guesses lift`,
  );
}

/** Lifts the stop. @throws as `connectVault` and `unlock` */
export async function runGuessesLift(context: CommandContext, homePath: string, sources: KeySources): Promise<void> {
  const connection = await connectVault(context, homePath);
  const { backupKey } = await unlock(context, connection, sources);
  const { vetoedUntil } = await setGuessVeto(connection.account, backupKey, 0);
  context.reporter.summary({ vetoedUntil }, 'Passwords may be tried again. What was guessed before stays spent.');
}

/** What is left of the guess budget, and whether guesses are stopped. */
export async function runGuessesStatus(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const [budget, { vetoedUntil }] = await Promise.all([client.getBudget(), client.getGuessVeto()]);
  const stopped = vetoedUntil === null ? '' : ` The owner of the account has stopped guesses until ${vetoedUntil}.`;
  context.reporter.summary({ ...budget, vetoedUntil }, `${attemptsText(budget)}${stopped}`);
}
