import { limits } from '@coffer/contracts';
import { outbox, PgVaultStore, type Database } from '@coffer/database';
import { Accounts } from '@coffer/key-vault';
import { openChannels } from '@coffer/notice-channels';
import { ChannelSecrets, Courier } from '@coffer/notices';
import type { Logger } from '@coffer/observability';
import type { WorkerConfig } from '../config';
import { randomFraction } from '../random-fraction';
import type { VaultKeys } from '../vault-keys';
import type { WorkerMetrics } from '../worker-metrics';
import { remindOfBackups } from './backup-reminders';
import { remindOfKeys } from './key-reminders';
import { NoticeRounds } from './notice-rounds';

export interface NoticeParts {
  readonly database: Database;
  readonly keys: VaultKeys;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
}

/** Accounts that one round asks at most. */
const remindedAtOnce = 200;

/**
 * Delivers e-mail and push messages, asks accounts whether they still have their key, and tells those that have not backed up.
 *
 * @throws NoticeChannelError where a file that the configuration names cannot be read
 */
export function startNotices(
  config: Pick<WorkerConfig, 'channels' | 'leaseSeconds' | 'noticeRetryMs'>,
  { database, keys, metrics, log }: NoticeParts,
): Pick<NoticeRounds, 'stop'> {
  const { sealer, vaultId, pushKey } = keys;
  // A try ends well before its lease does, so that no second process begins another beside it.
  const channels = openChannels(config.channels, pushKey, Math.floor((config.leaseSeconds * 2_000) / 3));
  const messages = outbox(database);
  const accounts = new Accounts({ store: new PgVaultStore(database), sealer, vaultId });
  const rounds = new NoticeRounds({
    outbox: messages,
    courier: new Courier({
      ...{ outbox: messages, secrets: new ChannelSecrets(sealer), senders: channels.senders },
      ...{ leaseSeconds: config.leaseSeconds, firstRetryMs: config.noticeRetryMs, chance: randomFraction },
      onTrouble: (channel, reason) => log.warn({ channel, reason }, 'a message could not be sent; it is tried again'),
    }),
    remind: async () => {
      await remindOfKeys(database, accounts, remindedAtOnce);
      await remindOfBackups(database, accounts, remindedAtOnce);
    },
    confirmationSeconds: limits.addressConfirmationSeconds,
    onStep: (step) => metrics.notice(step),
    log,
  });
  rounds.start();
  return {
    stop: async () => {
      await rounds.stop();
      channels.close();
    },
  };
}
