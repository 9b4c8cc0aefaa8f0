import type { StartWorker } from '@coffer/backup-engine/browser';
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
import type { PasskeyWrap } from '@coffer/evidence';
import { systemClock, toHex, type Clock } from '@coffer/foundation';
import { wipe } from '@coffer/crypto';
import type { VaultClient } from '@coffer/vault-client';
import {
  findPasskeys,
  openDeviceAccount,
  recoverByPasskey,
  recoverByPassword,
  type DeviceAccount,
} from '@coffer/vault-device';
import { lastResortHandlers, messageHandlers, safetyHandlers, type AccountParts } from './account-handlers';
import { fileHandlers, type FileParts } from './file-handlers';
import { listBackups } from './list-backups';
import { OpenedBackup } from './opened-backup';
import { setupHandlers } from './setup-handlers';
import { toDeviceError } from './to-device-error';

export interface DeviceOptions {
  readonly client: VaultClient;
  /** What this device pins. Asked once; a failure is asked again. */
  readonly deployment: () => Promise<Deployment>;
  /** Host name of the page: the relying party id of its passkeys. */
  readonly rpId: string;
  /** How files of other apps are read. */
  readonly files: FileParts;
  /** Starts workers for what is checked as a whole; this thread does it unless given. */
  readonly startWorker?: StartWorker;
  readonly onCsrfToken: (token: string) => void;
  /** Called after the backup key was wiped. */
  readonly onLocked: (reason: 'asked' | 'signed-out') => void;
  readonly clock?: Clock;
}

/** The device: every method of the protocol over one vault. Holds at most one backup key, in memory alone. */
export function createDevice(options: DeviceOptions): DeviceHandlers {
  const device = new Device(options);
  const parts: AccountParts = {
    client: options.client,
    deployment: () => device.deployment(),
    account: (context) => device.account(context),
    guarded: (act) => device.guarded(act),
    reading: (context, act) => device.reading(context, act),
  };
  return {
    ...safetyHandlers(parts),
    ...messageHandlers(parts),
    ...lastResortHandlers(parts),
    ...setupHandlers({ ...parts, clock: options.clock ?? systemClock, opened: () => device.opened }),
    ...fileHandlers(options.files),
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
    beginPasskey: (_, context) => device.reading(context, (backup) => backup.beginPasskey(options.rpId)),
    sealPasskey: ({ credentialId, prfOutput }, context) =>
      device.reading(context, async (backup) => {
        backup.addition().seal(credentialId, prfOutput);
        return {};
      }),
    confirmPasskey: ({ prfOutput }, context) =>
      device.reading(context, (backup) => backup.addition().confirm(prfOutput)),
    beginRotation: (_, context) => device.reading(context, (backup) => backup.beginRotation(options.rpId)),
    takePasskeyAlong: ({ credentialId, prfOutput }, context) =>
      device.reading(context, async (backup) => {
        backup.rotation().take(credentialId, prfOutput);
        return {};
      }),
    rotateKey: ({ password }, context) => device.guarded(() => device.rotateKey(password, context)),
    listSnapshots: (_, context) => device.reading(context, (backup) => backup.listSnapshots()),
    listConversations: ({ snapshotId }, context) =>
      device.reading(context, async (backup, expect) => ({
        conversations: await backup.listConversations(snapshotId, expect),
      })),
    readMessages: ({ snapshotId, conversationId, from, to }, context) =>
      device.reading(context, async (backup) => ({
        from,
        messages: await backup.readMessages(snapshotId, conversationId, from, to),
      })),
    searchMessages: (params, { progress, signal }) =>
      // How far the index is says more than what was fetched.
      device.reading({ progress: () => undefined, signal }, (backup) =>
        backup.searchMessages(params, options.files.sqlite, { progress, signal }),
      ),
    runFireDrill: ({ samplePercent }, { progress, signal }) =>
      // How much of the sample is checked says more than what was fetched.
      device.reading({ progress: () => undefined, signal }, (backup) =>
        backup.runFireDrill(samplePercent, options.startWorker, { progress, signal }),
      ),
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
    const account = await this.account(context);
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
    return this.#open(await this.account(context), repositoryId, backupKey, null, context);
  }

  /** What the page is to ask the authenticators of this address for. @throws DeviceError `no-passkey`, `not-found` */
  async listPasskeys(repositoryId: string, context: DeviceRequestContext): Promise<DeviceResult<'listPasskeys'>> {
    const { rpId } = this.#options;
    const wraps = await this.#passkeysOf(await this.account(context), repositoryId);
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
    try {
      const account = await this.account(context);
      const wraps = await this.#passkeysOf(account, repositoryId);
      const backupKey = recoverByPasskey(account, wraps, credentialId, output);
      return await this.#open(account, repositoryId, backupKey, null, context);
    } finally {
      wipe(output);
    }
  }

  /** @throws DeviceError `locked`, `protocol`, `weak-password`; as `KeyRotation.finish` */
  async rotateKey(password: string, { progress }: DeviceRequestContext): Promise<DeviceResult<'rotateKey'>> {
    const backup = this.#opened;
    if (backup === undefined) throw new DeviceError('locked', 'unlock the backup first');
    progress({ phase: 'deriving', doneBytes: 0, totalBytes: null });
    const { account, next, answer } = await backup.rotation().finish(password);
    progress({ phase: 'opening', doneBytes: 0, totalBytes: null });
    await this.#reopen(backup, account, next);
    return answer;
  }

  /** The backup under its next key, in the place of the former one. Where it does not open the device locks: the key is in force. */
  async #reopen(backup: OpenedBackup, account: DeviceAccount, next: BackupKey): Promise<void> {
    try {
      const { repositoryId } = backup;
      const opened = await OpenedBackup.open({ account, repositoryId, backupKey: next });
      if (this.#opened !== backup) return opened.forget();
      this.#opened = opened;
      backup.forget();
    } catch {
      wipe(next);
      if (this.#opened === backup) this.lock('asked');
    }
  }

  /**
   * Runs what needs the open backup.
   *
   * @param read - may say how many bytes it is going to fetch, once it knows
   * @throws DeviceError `locked`
   */
  reading<Result>(
    { progress, signal }: DeviceRequestContext,
    read: (backup: OpenedBackup, expect: (totalBytes: number) => void) => Promise<Result>,
  ): Promise<Result> {
    return this.guarded(async () => {
      const backup = this.#opened;
      if (backup === undefined) throw new DeviceError('locked', 'unlock the backup first');
      signal.throwIfAborted();
      let totalBytes: number | null = null;
      let before = 0;
      let fetched = 0;
      const stop = backup.watchBytes((bytes) => {
        fetched = bytes;
        // What is sealed is a little longer than its content, of which the total is.
        progress({ phase: 'reading', doneBytes: Math.min(bytes - before, totalBytes ?? Infinity), totalBytes });
      });
      try {
        const result = await read(backup, (bytes) => {
          totalBytes = bytes;
          before = fetched;
        });
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
    this.#options.onLocked(reason);
  }

  /** The backup that is open now. */
  get opened(): OpenedBackup | undefined {
    return this.#opened;
  }

  /** What this device pins. A failure is asked again. */
  deployment(): Promise<Deployment> {
    this.#deployment ??= this.#options.deployment();
    this.#deployment.catch(() => (this.#deployment = undefined));
    return this.#deployment;
  }

  /** The account at the vault that deployment.json pins. */
  async account({ progress }: DeviceRequestContext): Promise<DeviceAccount> {
    progress({ phase: 'contacting', doneBytes: 0, totalBytes: null });
    return openDeviceAccount(this.#options.client, await this.deployment(), this.#clock);
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
    } catch (error) {
      wipe(backupKey);
      throw error;
    }
    return { repositoryId, keyIdHex, budget };
  }

  /** None where the backup is of another key than the account's. */
  async #passkeysOf(account: DeviceAccount, repositoryId: string): Promise<readonly PasskeyWrap[]> {
    const repository = await this.#repository(repositoryId);
    const isCurrent = account.keyId !== null && toHex(account.keyId) === repository.keyId;
    return isCurrent ? findPasskeys(account, repository, this.#options.rpId) : [];
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
}
