import type { Keyslot } from '@coffer/contracts';
import { removeKeyslot } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { SetupError } from '../setup/setup-error';
import { connectVault } from '../vault/connect-vault';
import { heldKey, type HeldKeySources } from '../vault/held-key';
import { activeKeyslots, keyslotWords } from './active-keyslots';

/** What `coffer keyslots remove` is asked. */
export interface KeyslotsRemoveRequest extends HeldKeySources {
  readonly home: string;
  /** Id of a keyslot, or its kind where there is one of that kind. */
  readonly keyslot: string;
  readonly yes: boolean;
}

/**
 * Removes a keyslot of the account. The last one stays, and a passkey is never left alone: the vault refuses both.
 *
 * @throws UsageError, SetupError `declined`; VaultClientError `last-keyslot`, `not-found`; as `heldKey`
 */
export async function runKeyslotsRemove(context: CommandContext, request: KeyslotsRemoveRequest): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, request.home);
  const before = await activeKeyslots(connection);
  const found = named(request.keyslot, before);
  if (!request.yes && !reporter.isInteractive) {
    throw new UsageError('Confirm with --yes that the keyslot is removed. Nothing was changed.');
  }
  const backupKey = await heldKey(context, connection, request);
  const question = `${keyslotWords[found.kind]} (${found.keyslotId}) will no longer open your backup.`;
  if (!request.yes && !(await askTyped(question, 'REMOVE'))) {
    throw new SetupError('declined', 'Nothing was removed.');
  }
  await removeKeyslot(connection.account, backupKey, found.keyslotId);
  const left = before.filter((keyslot) => keyslot !== found).map(({ kind }) => kind);
  reporter.summary(
    { keyslotId: found.keyslotId, kind: found.kind, keyslots: left.length, kinds: left },
    `Removed: ${keyslotWords[found.kind]}. Left: ${left.map((kind) => keyslotWords[kind]).join(', ')}. Whoever got the key by it ` +
      'before still has that key; after a leak, make a new one: coffer keyslots rotate',
  );
}

function named(text: string, keyslots: readonly Keyslot[]): Keyslot {
  const [found, ...others] = keyslots.filter(({ keyslotId, kind }) => keyslotId === text || kind === text);
  if (found !== undefined && others.length === 0) return found;
  throw new UsageError(
    found === undefined
      ? `There is no keyslot "${printable(text)}". "coffer keyslots list" shows them. Nothing was changed.`
      : `There are several keyslots of the kind "${printable(text)}": name one by its id. Nothing was changed.`,
  );
}
