import type { ChatSource } from '@coffer/chat-model';
import type { MediaPlace } from './media/media-place';

/** The foreign formats that are recognised. Not all of them are opened: see `BackupInspection.isSupported`. */
export const backupFormats = [
  'whatsapp-crypt12',
  'whatsapp-crypt14',
  'whatsapp-crypt15',
  'whatsapp-msgstore',
  'whatsapp-contacts',
  'export-chat-text',
  'export-chat-zip',
  'signal-backup-v2',
  'signal-android-backup',
  'telegram-export',
  'coffer-chats',
] as const;
export type BackupFormat = (typeof backupFormats)[number];

/** Which secret a format wants. */
export const keysWanted = [
  'none',
  /** The 64-digit key, or the encrypted_backup.key file that holds it. */
  'whatsapp-backup-key',
  /** The 158-byte file named `key` that lies in the app's private folder. */
  'whatsapp-key-file',
  /** The 64 characters that Signal calls recovery key, and the account's id. */
  'signal-recovery-key',
  /** 30 digits. */
  'signal-passphrase',
] as const;
export type KeyWanted = (typeof keysWanted)[number];

/** What can be told about a backup without opening it. Nothing in it is authenticated. */
export interface BackupInspection {
  readonly format: BackupFormat;
  /** One line for people. */
  readonly description: string;
  readonly keyWanted: KeyWanted;
  /** Whether this version opens the format. */
  readonly isSupported: boolean;
  readonly sizeBytes: number;
  /** What the file says about itself, e.g. the app's version. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export interface BackupWarning {
  readonly code:
    | 'bad-checksum'
    | 'no-checksum'
    | 'several-files'
    | 'increment'
    | 'left-out'
    | 'unknown-fields'
    | 'assumed-date-order'
    | 'unread-journal'
    | 'unread-messages';
  readonly message: string;
}

/** The content of a backup as bytes: decrypted and decompressed where it was encrypted, else the file itself. */
export interface BackupPayload {
  /** A file name that fits, without any folder. */
  readonly name: string;
  /** Total, where it is known before the end. */
  readonly sizeBytes?: number;
  /**
   * The bytes in order; a piece is valid until the next. Nothing comes before the whole of the backup was authenticated, where its format can be; if the
   * file changes meanwhile, the last step throws ChatFormatError `damaged`: give the result its final name after the end.
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** A backup that was opened. Close it after use. */
export interface OpenedBackup {
  readonly inspection: BackupInspection;
  /** What is not an error and should be known; the call of `chats` can add to it. */
  readonly warnings: readonly BackupWarning[];
  readonly payload: BackupPayload;
  /** The conversations; throws ChatFormatError `no-chats` where the content has none. Closed with the backup. */
  chats(): Promise<ChatSource>;
  /** Media that the backup itself holds, where it does and they are read: once `chats` was called. Nothing of it has to be closed. */
  media?(): MediaPlace | undefined;
  close(): void;
}
