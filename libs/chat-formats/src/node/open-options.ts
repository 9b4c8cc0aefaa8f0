import type { OpenOptions } from '../open-options';

/** Keys are not changed and not kept: wipe them after `openBackup` returns. */
export interface OpenBackupOptions extends OpenOptions {
  /** A wa.db, a wa.db.crypt15 (under the same key) or an address book (.vcf), for the names of people in WhatsApp's databases. */
  readonly contactsPath?: string;
}
