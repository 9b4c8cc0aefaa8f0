import type { Deployment } from '@coffer/contracts';
import type { DeviceHandlers, DeviceRequestContext } from '@coffer/device-protocol';
import { toHex } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';
import { cancelDeletion, cancelNewStart, ratePassword, undoNewStart, type DeviceAccount } from '@coffer/vault-device';
import { checkOwnLedger } from './check-own-ledger';
import { finishOwnNewStart, findNewStart } from './finish-new-start';
import type { OpenedBackup } from './opened-backup';

/** What the account's methods need of the device. */
export interface AccountParts {
  readonly client: VaultClient;
  readonly deployment: () => Promise<Deployment>;
  readonly account: (context: DeviceRequestContext) => Promise<DeviceAccount>;
  /** Gives every failure the device's own code. */
  readonly guarded: <Result>(act: () => Promise<Result>) => Promise<Result>;
  /** Runs what needs the open backup. @throws DeviceError `locked` */
  readonly reading: <Result>(
    context: DeviceRequestContext,
    act: (backup: OpenedBackup) => Promise<Result>,
  ) => Promise<Result>;
}

type Safety = 'readAccount' | 'listNotices' | 'checkLedger' | 'getClaims';
type Messages =
  'getNoticeSettings' | 'setNoticePreferences' | 'addEmail' | 'confirmEmail' | 'addPush' | 'removeChannel';
type LastResort =
  | 'listNewStarts'
  | 'beginNewStart'
  | 'cancelNewStart'
  | 'undoNewStart'
  | 'finishNewStart'
  | 'ratePassword'
  | 'getDeletion'
  | 'askDeletion'
  | 'cancelDeletion';

/** What a sign-in shows of the account: keyslots, feed, ledger with its check, claims. */
export function safetyHandlers(parts: AccountParts): Pick<DeviceHandlers, Safety> {
  const { client, guarded } = parts;
  return {
    readAccount: (_, context) =>
      guarded(async () => {
        const options = { signal: context.signal };
        const [{ keyId }, { keyslots }, budget] = await Promise.all([
          parts.account(context),
          client.listKeyslots({}, options),
          client.getBudget({}, options),
        ]);
        const active = keyslots.filter(({ state }) => state === 'active');
        return {
          keyIdHex: keyId === null ? null : toHex(keyId),
          keyslots: active.map(({ keyslotId, kind, provenAt }) => ({ keyslotId, kind, provenAt })),
          budget,
        };
      }),
    listNotices: ({ cursor }, { signal }) =>
      guarded(() => client.listNotices({ query: cursor === null ? {} : { cursor } }, { signal })),
    checkLedger: ({ seen }, context) =>
      guarded(async () => checkOwnLedger(await parts.account(context), await parts.deployment(), seen ?? undefined)),
    getClaims: (_, { signal }) => guarded(() => client.getClaims({}, { signal })),
  };
}

/** Where and when the account is told. A sign-in is enough: every place that was there before is told of it. */
export function messageHandlers({ client, guarded }: AccountParts): Pick<DeviceHandlers, Messages> {
  return {
    getNoticeSettings: (_, { signal }) => guarded(() => client.getNoticeSettings({}, { signal })),
    setNoticePreferences: (body) => guarded(() => client.putNoticeSettings({ body })),
    addEmail: ({ address }) => guarded(() => client.addNoticeChannel({ body: { kind: 'email', address } })),
    confirmEmail: ({ channelId, code }) =>
      guarded(() => client.confirmNoticeChannel({ params: { channelId }, body: { code } })),
    addPush: (subscription) => guarded(() => client.addNoticeChannel({ body: { kind: 'push', ...subscription } })),
    removeChannel: ({ channelId }) =>
      guarded(async () => {
        await client.removeNoticeChannel({ params: { channelId } });
        return {};
      }),
  };
}

/** A new start, and the deletion of the account: asked for by a fresh sign-in, ended by the key. */
export function lastResortHandlers(parts: AccountParts): Pick<DeviceHandlers, LastResort> {
  const { client, guarded, reading } = parts;
  return {
    listNewStarts: (_, { signal }) => guarded(() => client.listNewStarts({}, { signal })),
    beginNewStart: () => guarded(() => client.beginNewStart()),
    cancelNewStart: ({ newStartId }, context) =>
      reading(context, (backup) => backup.asHolder((account, key) => cancelNewStart(account, key, newStartId))),
    undoNewStart: ({ newStartId }, context) =>
      reading(context, (backup) =>
        backup.asHolder(async (account, key) => undoNewStart(account, await findNewStart(client, newStartId), key)),
      ),
    finishNewStart: ({ newStartId, password }, context) =>
      guarded(async () => finishOwnNewStart(await parts.account(context), newStartId, password)),
    ratePassword: async ({ password }) => ({ strength: ratePassword(password) }),
    getDeletion: (_, { signal }) => guarded(() => client.getDeletion({}, { signal })),
    askDeletion: () => guarded(() => client.askDeletion()),
    cancelDeletion: ({ deletionId }, context) =>
      reading(context, async (backup) => {
        await backup.asHolder((account, key) => cancelDeletion(account, key, deletionId));
        return {};
      }),
  };
}
