import type { Deployment, Repository as RepositoryEntry } from '@coffer/contracts';
import {
  DeviceCryptoError,
  deriveKeyId,
  parseDigits,
  passkeyPrfInput,
  requirePrfOutput,
  type BackupKey,
} from '@coffer/device-crypto';
import {
  DeviceError,
  protocolVersion,
  type DeviceHandlers,
  type DeviceParams,
  type DeviceRequestContext,
  type DeviceResult,
  type GuessBudget,
} from '@coffer/device-protocol';
import { systemClock, toHex, type Clock } from '@coffer/foundation';
import { wipe } from '@coffer/crypto';
import type { VaultClient } from '@coffer/vault-client';
import {
  listPasskeys,
  openDeviceAccount,
  recoverByPasskey,
  recoverByPassword,
  type DeviceAccount,
} from '@coffer/vault-device';
import { listBackups } from './list-backups';
import { OpenedBackup } from './opened-backup';
import type { PasskeyAddition } from './passkey-addition';
import { toDeviceError } from './to-device-error';

export interface DeviceOptions {
  readonly client: VaultClient;
  /** What this device pins. Asked once; a failure is asked again. */
  readonly deployment: () => Promise<Deployment>;
  /** Host name of the page: the relying party id of its passkeys. */
  readonly rpId: string;
  readonly onCsrfToken: (token: string) => void;
  /** Called after the backup key was wiped. */
  readonly onLocked: (reason: 'asked' | 'signed-out') => void;
  readonly clock?: Clock;
}

/** The device: every method of the protocol over one vault. Holds at most one backup key, in memory alone. */
export function createDevice(options: DeviceOptions): DeviceHandlers {
  const device = new Device(options);
  return {
    hello: (params) => device.hello(params.protocol),
    setCsrf: async ({ token }) => {
      options.onCsrfToken(token);
      return {};
    },
    listBackups: (_, context) => device.guarded(() => listBackups(options.client, context.signal)),
    getBudget: (_, { signal }) => device.guarded(() => options.client.getBudget({}, { signal })),
    unlockWithPassword: (params, context) =>
      device.guarded(() => device.unlockWithPassword(params.repositoryId, params.password, context)),
    unlockWithDigits: (params, context) =>
      device.guarded(() => device.unlockWithDigits(params.repositoryId, params.digits, context)),
    listPasskeys: (params, context) => device.guarded(() => device.listPasskeys(params.repositoryId, context)),
    unlockWithPasskey: (params, context) => device.guarded(() => device.unlockWithPasskey(params, context)),
    beginPasskey: (_, context) => device.reading(context, (backup) => device.beginPasskey(backup)),
    sealPasskey: ({ credentialId, prfOutput }, context) =>
      device.adding(context, async (addition) => {
        addition.seal(credentialId, prfOutput);
        return {};
      }),
    confirmPasskey: ({ prfOutput }, context) => device.adding(context, (addition) => addition.confirm(prfOutput)),
    listSnapshots: (_, context) => device.reading(context, (backup) => backup.listSnapshots()),
    listConversations: ({ snapshotId }, context) =>
      device.reading(context, async (backup) => ({ conversations: await backup.listConversations(snapshotId) })),
    readMessages: ({ snapshotId, conversationId, from, to }, context) =>
      device.reading(context, async (backup) => ({
        from,
        messages: await backup.readMessages(snapshotId, conversationId, from, to),
      })),
    lock: async () => {
      device.lock('asked');
      return {};
    },
  };
}

class Device {
  readonly #options: DeviceOptions;
  readonly #clock: Clock;
  #deployment: Promise<Deployment> | undefined;
  #opened: OpenedBackup | undefined;
  #addition: PasskeyAddition | undefined;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async hello(protocol: number): Promise<DeviceResult<'hello'>> {
    if (protocol !== protocolVersion) throw new DeviceError('protocol', 'page and device differ; reload the page');
    return { protocol: protocolVersion, openRepositoryId: this.#opened?.repositoryId ?? null };
  }

  async unlockWithPassword(
    repositoryId: string,
    password: string,
    context: DeviceRequestContext,
  ): Promise<DeviceResult<'unlockWithPassword'>> {
    const { progress } = context;
    const account = await this.#account(context);
    let left: GuessBudget = { attemptsRemaining: 0, nextAttemptAt: null };
    try {
      const { backupKey, attemptsRemaining } = await recoverByPassword(account, password, (budget) => {
        left = budget;
        progress({ phase: 'deriving', doneBytes: 0, totalBytes: null });
      });
      const full = { attemptsRemaining, nextAttemptAt: null };
      return await this.#open(account, repositoryId, backupKey, full, context);
    } catch (cause) {
      if (!(cause instanceof DeviceCryptoError) || cause.code !== 'wrong-password') throw cause;
      throw new DeviceError('wrong-guess', 'the password did not open the backup; the backup is untouched', {
        cause,
        fields: { ...left },
      });
    }
  }

  async unlockWithDigits(
    repositoryId: string,
    digits: string,
    context: DeviceRequestContext,
  ): Promise<DeviceResult<'unlockWithDigits'>> {
    const backupKey = parseDigits(digits);
    return this.#open(await this.#account(context), repositoryId, backupKey, null, context);
  }

  /** What the page is to ask the authenticators of this address for. @throws DeviceError `no-passkey`, `not-found` */
  async listPasskeys(repositoryId: string, context: DeviceRequestContext): Promise<DeviceResult<'listPasskeys'>> {
    const { rpId } = this.#options;
    const account = await this.#account(context);
    const { keyId } = await this.#repository(repositoryId);
    const isCurrent = account.keyId !== null && toHex(account.keyId) === keyId;
    const wraps = isCurrent ? await listPasskeys(account, rpId) : [];
    if (wraps.length === 0) throw new DeviceError('no-passkey', 'no passkey of this address opens this backup');
    const passkeys = wraps.map(({ credentialId, prfSalt }) => ({
      credentialId: credentialId.slice(),
      prfInput: passkeyPrfInput(prfSalt),
    }));
    return { rpId, passkeys };
  }

  async unlockWithPasskey(
    { repositoryId, credentialId, prfOutput }: DeviceParams<'unlockWithPasskey'>,
    context: DeviceRequestContext,
  ): Promise<DeviceResult<'unlockWithPasskey'>> {
    const output = requirePrfOutput(prfOutput);
    const account = await this.#account(context);
    const backupKey = await recoverByPasskey(account, this.#options.rpId, credentialId, output);
    return this.#open(account, repositoryId, backupKey, null, context);
  }

  async beginPasskey(backup: OpenedBackup): Promise<DeviceResult<'beginPasskey'>> {
    this.#addition = backup.addPasskey(this.#options.rpId);
    return this.#addition.begin();
  }

  /** Runs what needs a passkey that is being added. @throws DeviceError `locked`, `protocol` */
  adding<Result>(context: DeviceRequestContext, act: (addition: PasskeyAddition) => Promise<Result>): Promise<Result> {
    return this.reading(context, () => {
      if (this.#addition === undefined) throw new DeviceError('protocol', 'begin to add a passkey first');
      return act(this.#addition);
    });
  }

  /** Runs what needs the open backup. @throws DeviceError `locked` */
  reading<Result>(
    { progress, signal }: DeviceRequestContext,
    read: (backup: OpenedBackup) => Promise<Result>,
  ): Promise<Result> {
    return this.guarded(async () => {
      const backup = this.#opened;
      if (backup === undefined) throw new DeviceError('locked', 'unlock the backup first');
      signal.throwIfAborted();
      const stop = backup.watchBytes((doneBytes) => progress({ phase: 'reading', doneBytes, totalBytes: null }));
      try {
        const result = await read(backup);
        // A lock in the middle wiped the keys: what was read under them is not handed out any more.
        if (this.#opened !== backup) throw new DeviceError('locked', 'the backup was locked meanwhile');
        return result;
      } catch (error) {
        if (this.#opened !== backup)
          throw new DeviceError('locked', 'the backup was locked meanwhile', { cause: error });
        throw error;
      } finally {
        stop();
      }
    });
  }

  /** Gives every failure the device's own code. The end of the session is the end of the open backup. */
  async guarded<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      const known = toDeviceError(error);
      if (known instanceof DeviceError && known.code === 'signed-out') this.lock('signed-out');
      throw known;
    }
  }

  lock(reason: 'asked' | 'signed-out'): void {
    if (this.#opened === undefined) return;
    this.#opened.forget();
    this.#opened = undefined;
    this.#addition = undefined;
    this.#options.onLocked(reason);
  }

  async #open(
    account: DeviceAccount,
    repositoryId: string,
    backupKey: BackupKey,
    budget: GuessBudget | null,
    { progress }: DeviceRequestContext,
  ): Promise<DeviceResult<'unlockWithPassword'>> {
    const keyIdHex = toHex(deriveKeyId(backupKey));
    try {
      progress({ phase: 'opening', doneBytes: 0, totalBytes: null });
      await this.#requireKeyOf(repositoryId, keyIdHex);
      const opened = await OpenedBackup.open({ account, repositoryId, backupKey });
      this.#opened?.forget();
      this.#opened = opened;
      this.#addition = undefined;
    } catch (error) {
      wipe(backupKey);
      throw error;
    }
    return { repositoryId, keyIdHex, budget };
  }

  /** The vault's word on which key opens what saves the fetch of a keyring; the keyring itself decides. */
  async #requireKeyOf(repositoryId: string, keyIdHex: string): Promise<void> {
    if ((await this.#repository(repositoryId)).keyId !== keyIdHex) {
      throw new DeviceError('wrong-key', 'this key opens another backup; nothing was changed and nothing was counted');
    }
  }

  async #repository(repositoryId: string): Promise<RepositoryEntry> {
    const { repositories } = await this.#options.client.listRepositories();
    const repository = repositories.find((candidate) => candidate.repositoryId === repositoryId);
    if (repository === undefined) throw new DeviceError('not-found', 'there is no such backup');
    return repository;
  }

  /** The account at the vault that deployment.json pins. */
  async #account({ progress }: DeviceRequestContext): Promise<DeviceAccount> {
    progress({ phase: 'contacting', doneBytes: 0, totalBytes: null });
    this.#deployment ??= this.#options.deployment();
    this.#deployment.catch(() => (this.#deployment = undefined));
    return openDeviceAccount(this.#options.client, await this.#deployment, this.#clock);
  }
}
