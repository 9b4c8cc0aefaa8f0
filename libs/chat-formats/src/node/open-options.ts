import type { OpenOptions } from '../open-options';

/** Keys are not changed and not kept: wipe them after `openBackup` returns. */
export interface OpenBackupOptions extends OpenOptions {
  /** A wa.db or wa.db.crypt15 (under the same key), for the names of people. */
  readonly contactsPath?: string;
}
