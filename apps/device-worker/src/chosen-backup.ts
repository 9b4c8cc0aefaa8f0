import { ChatFormatError, type BackupInspection } from '@coffer/chat-formats';
import { identifyBackup, isAddressBook, type BackupFile, type SqliteStarter } from '@coffer/chat-formats/browser';

/** What files that were chosen together are to each other. */
export interface ChosenBackup {
  /** Index of the backup. */
  readonly backup: number;
  /** Index of the file with the names of people; null where there is none. */
  readonly contacts: number | null;
  readonly inspection: BackupInspection;
}

interface Looked {
  readonly index: number;
  readonly inspection: BackupInspection;
}

/**
 * Finds the backup among files, and the one with the names of people: an address book, a contacts database, or of two encrypted ones
 * that which says that it is no chat database. What is neither is passed over where something else is a backup.
 *
 * @throws ChatFormatError what the first file that is no backup is said to be, where none is one
 */
export async function chosenBackup(files: readonly BackupFile[], sqlite: SqliteStarter): Promise<ChosenBackup> {
  const looked: Looked[] = [];
  let book: number | null = null;
  let fault: ChatFormatError | undefined;
  for (const [index, file] of files.entries()) {
    if (files.length > 1 && isAddressBook(file)) {
      book ??= index;
      continue;
    }
    try {
      looked.push({ index, inspection: await identifyBackup(file, sqlite) });
    } catch (error) {
      if (!(error instanceof ChatFormatError)) throw error;
      fault ??= error;
    }
  }
  const backup = looked.find(({ inspection }) => !isOfContacts(inspection)) ?? looked[0];
  if (backup === undefined) throw fault ?? noBackup();
  const contacts = looked.find((each) => each !== backup && isOfContacts(each.inspection));
  return { backup: backup.index, contacts: contacts?.index ?? book, inspection: backup.inspection };
}

/** The header of an encrypted chat database has the flags of its tables; that of the contacts has none. */
const isOfContacts = ({ format, facts }: BackupInspection): boolean =>
  format === 'whatsapp-contacts' || facts['isChatDatabase'] === false;

const noBackup = (): ChatFormatError =>
  new ChatFormatError('not-a-backup', 'these files hold names of people, and no backup is among them');
