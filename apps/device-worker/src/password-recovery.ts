import type { Deployment, Login } from '@coffer/contracts';
import { opaqueIdentities, sha256, wipe } from '@coffer/crypto';
import {
  DeviceCryptoError,
  finishPasswordRecovery,
  openSealedBackupKey,
  preparePassword,
  startPasswordRecovery,
  type BackupKey,
  type KeyId,
  type PreparedPassword,
  type RecoveryState,
} from '@coffer/device-crypto';
import { DeviceError, type DeviceRequestContext, type GuessBudget } from '@coffer/device-protocol';
import { equalBytes, fromBase64Url, fromHex, newUuid, toBase64Url, utf8, type Clock } from '@coffer/foundation';
import { VaultClientError, type VaultClient } from '@coffer/vault-client';

/** What a recovered backup key comes with. */
export interface Recovered {
  readonly backupKey: BackupKey;
  readonly budget: GuessBudget;
}

export interface PasswordRecoveryOptions {
  readonly client: VaultClient;
  readonly deployment: Deployment;
  readonly clock: Clock;
}

/** A guess that is under way: sent, and not answered as far as this device knows. */
interface OpenGuess {
  readonly passwordHash: Uint8Array;
  readonly loginId: string;
  readonly ke1: string;
  readonly state: RecoveryState;
  readonly startedMs: number;
}

/** The vault resumes a login for 120 s by its own clock. */
const resumableMs = 100_000;

/**
 * Recovers backup keys by password, one guess at a time. A guess whose answer was lost is resumed when the same password is
 * tried again soon: the same login id and KE1 are not counted twice.
 */
export class PasswordRecovery {
  readonly #options: PasswordRecoveryOptions;
  #open: OpenGuess | undefined;

  constructor(options: PasswordRecoveryOptions) {
    this.#options = options;
  }

  /** @throws DeviceError `wrong-guess`, `malformed-password`, `server-changed`; VaultClientError; DeviceCryptoError */
  async recover(text: string, { progress, signal }: DeviceRequestContext): Promise<Recovered> {
    const { client, deployment } = this.#options;
    const password = preparePassword(text);
    progress({ phase: 'contacting', doneBytes: 0, totalBytes: null });
    const account = await client.getAccount({}, { signal });
    if (account.vaultId !== deployment.vaultId || account.issuer !== deployment.issuer) {
      throw new DeviceError('server-changed', 'the server names another vault than deployment.json; nothing was sent');
    }
    const guess = await this.#guessFor(password);
    const login = await this.#startLogin(guess, signal);
    progress({ phase: 'deriving', doneBytes: 0, totalBytes: null });
    const { ke3, exportKey } = await this.#finish(guess, password, login, account);
    progress({ phase: 'opening', doneBytes: 0, totalBytes: null });
    const finished = await client.finishLogin(
      { params: { loginId: guess.loginId }, body: { ke3: toBase64Url(ke3) } },
      { signal },
    );
    this.forget();
    const keyslot = {
      account: { issuer: account.issuer, subject: account.subject },
      serial: finished.serial,
      vaultId: deployment.vaultId,
      keyId: fromHex(finished.keyId) as KeyId,
      ksf: finished.ksf,
    };
    const backupKey = openSealedBackupKey(exportKey, keyslot, fromBase64Url(finished.sealedBackupKey));
    wipe(exportKey);
    return { backupKey, budget: { attemptsRemaining: finished.attemptsRemaining, nextAttemptAt: null } };
  }

  /** Lets go of a guess that is under way. */
  forget(): void {
    if (this.#open !== undefined) wipe(this.#open.state);
    this.#open = undefined;
  }

  async #guessFor(password: PreparedPassword): Promise<OpenGuess> {
    const nowMs = this.#options.clock.nowMs();
    const passwordHash = sha256(utf8(password));
    const open = this.#open;
    if (open !== undefined && nowMs - open.startedMs < resumableMs && equalBytes(open.passwordHash, passwordHash)) {
      return open;
    }
    this.forget();
    const { ke1, state } = await startPasswordRecovery(password);
    this.#open = { passwordHash, loginId: newUuid(), ke1: toBase64Url(ke1), state, startedMs: nowMs };
    return this.#open;
  }

  async #startLogin(guess: OpenGuess, signal: AbortSignal): Promise<Login> {
    try {
      return await this.#options.client.startLogin({ body: { loginId: guess.loginId, ke1: guess.ke1 } }, { signal });
    } catch (error) {
      // A refusal was heard: nothing of this guess is under way. Where nothing was heard it may be resumed.
      if (error instanceof VaultClientError && error.status !== undefined && !error.isRetryable) this.forget();
      throw error;
    }
  }

  async #finish(
    guess: OpenGuess,
    password: PreparedPassword,
    login: Login,
    account: { readonly issuer: string; readonly subject: string },
  ): Promise<Awaited<ReturnType<typeof finishPasswordRecovery>>> {
    const { deployment } = this.#options;
    const { issuer, subject } = account;
    try {
      return await finishPasswordRecovery(guess.state, fromBase64Url(login.ke2), {
        password,
        ksf: login.ksf,
        identities: opaqueIdentities({ issuer, subject, serial: login.serial, ksf: login.ksf }, deployment.vaultId),
        pinnedServerPublicKey: fromBase64Url(deployment.opaqueServerPublicKey),
      });
    } catch (error) {
      this.forget();
      if (!(error instanceof DeviceCryptoError) || error.code !== 'wrong-password') throw error;
      const { attemptsRemaining, nextAttemptAt } = login;
      throw new DeviceError('wrong-guess', 'the password did not open the backup; the backup is untouched', {
        cause: error,
        fields: { attemptsRemaining, nextAttemptAt },
      });
    }
  }
}
