import { DeviceError, type DeviceHandlers, type DeviceRequestContext } from '@coffer/device-protocol';
import type { Clock } from '@coffer/foundation';
import type { DeviceAccount } from '@coffer/vault-device';
import type { AccountParts } from './account-handlers';
import { KeySetup } from './key-setup';
import type { OpenedBackup } from './opened-backup';
import { checkWhole } from './secret-check';

type Setup =
  | 'beginSetup'
  | 'resumeSetup'
  | 'makeKit'
  | 'activateDigits'
  | 'activatePassword'
  | 'endSetup'
  | 'askGroups'
  | 'checkSecret';

export interface SetupParts extends AccountParts {
  readonly clock: Clock;
  /** The backup that is open now. */
  readonly opened: () => OpenedBackup | undefined;
}

/** The account's first key, and whether its secret is still known. At most one key is being set up. */
export function setupHandlers(parts: SetupParts): Pick<DeviceHandlers, Setup> {
  const { guarded, reading } = parts;
  let setup: KeySetup | undefined;
  const replace = (next: KeySetup | undefined): void => {
    setup?.forget();
    setup = next;
  };
  const current = (): KeySetup => {
    if (setup === undefined) throw new DeviceError('protocol', 'begin to set up a key first');
    return setup;
  };
  const activating = async <Result>(
    context: DeviceRequestContext,
    act: (of: KeySetup, account: DeviceAccount) => Promise<Result>,
  ): Promise<Result> => {
    const of = current();
    const account = await parts.account(context);
    context.progress({ phase: 'deriving', doneBytes: 0, totalBytes: null });
    return act(of, account);
  };
  return {
    beginSetup: (_, context) =>
      guarded(async () => {
        replace(await KeySetup.begin(await parts.account(context)));
        return current().shown();
      }),
    resumeSetup: ({ digits, keyIdHex }, context) =>
      guarded(async () => {
        replace(await KeySetup.resume(await parts.account(context), digits, keyIdHex));
        return { keyIdHex };
      }),
    makeKit: () =>
      guarded(async () => {
        const { portalUrl } = await parts.deployment();
        return { content: current().kit(portalUrl, parts.clock.nowMs()) };
      }),
    activateDigits: ({ digits }, context) =>
      guarded(() => activating(context, (of, account) => of.activateDigits(account, digits))),
    activatePassword: ({ password }, context) =>
      guarded(() => activating(context, (of, account) => of.activatePassword(account, password))),
    endSetup: async () => {
      replace(undefined);
      return {};
    },
    askGroups: (_, context) => reading(context, async (backup) => backup.askGroups()),
    checkSecret: (given, context) => {
      if (given.by === 'groups') return reading(context, (backup) => backup.checkGroups(given.typed));
      return guarded(async () => {
        const backup = parts.opened();
        return backup === undefined
          ? checkWhole(await parts.account(context), given, undefined)
          : backup.asHolder((account, key) => checkWhole(account, given, key));
      });
    },
  };
}
