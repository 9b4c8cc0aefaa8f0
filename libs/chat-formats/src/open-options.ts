import type { SignalPassphrase } from './signal-android/passphrase';
import type { SignalKeys } from './signal/recovery-key';
import type { WhatsAppKeys } from './whatsapp/backup-key';

/** Keys are not changed and not kept: wipe them after `openBackup` returns. */
export interface OpenOptions extends WhatsAppKeys {
  /** For Signal backups of version 2. With them a file without any mark is taken for one of the older form. */
  readonly signalKeys?: SignalKeys;
  /** For Signal backup files of Android phones. */
  readonly signalPassphrase?: SignalPassphrase;
  /** Take a WhatsApp file whose content is authentic and whose MD5 is wrong. */
  readonly acceptBadChecksum?: boolean;
  /** IANA name of the zone of the phone or computer that exported, for chats that have local times only. */
  readonly timeZone?: string;
  /** Told how many more bytes of the file were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check of an encrypted file. */
  readonly signal?: AbortSignal;
}
