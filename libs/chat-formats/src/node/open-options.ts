import type { WhatsAppBackupKey } from '../whatsapp/backup-key';

export interface OpenBackupOptions {
  /** For crypt15. Not changed and not kept: wipe it after `openBackup` returns. */
  readonly key?: WhatsAppBackupKey;
  /** Take a crypt15 file whose content is authentic and whose MD5 is wrong. */
  readonly acceptBadChecksum?: boolean;
  /** A wa.db or wa.db.crypt15 (under the same key), for the names of people. */
  readonly contactsPath?: string;
  /** IANA name of the phone's zone, for exported chats, which have local times only. */
  readonly timeZone?: string;
  /** Told how many more bytes of the file were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check of an encrypted file. */
  readonly signal?: AbortSignal;
}
