import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { collectChunks } from '../collect-chunks';
import { ChatFormatError } from '../errors';
import { bytesInMemory } from '../open-bytes';
import type { SqlDatabase } from '../sql';
import type { CryptFile } from './crypt-file';
import { openMsgstore } from './msgstore/msgstore';
import { msgstoreWarnings } from './msgstore/msgstore-warnings';
import type { ContactNames } from './msgstore/people';
import { describeSeveralFiles, type SeveralFiles } from './several-files';

/** Header flags that say that `message` is the live table: the migration of the main table, and its verification. */
const migratedFlags = [10, 34];

/** Largest content of several files that is looked into, in bytes; a larger one is only said to be of several files. */
const lookedIntoBytes = 256 * 1024 * 1024;

/** What is made of an authenticated file. */
export interface CryptContent {
  /** Closed with the backup, and where there is none. */
  readonly file: CryptFile;
  /** Without any folder. */
  readonly fileName: string;
  readonly inspection: BackupInspection;
  readonly names: ContactNames;
  readonly acceptBadChecksum: boolean;
  /** The database that the content is; pieces are kept until the end. @throws ChatFormatError `no-chats` where it is none */
  readonly openDatabase: (chunks: AsyncIterable<Uint8Array>) => Promise<SqlDatabase>;
}

/**
 * A crypt12, crypt14 or crypt15 file as a backup.
 *
 * @throws ChatFormatError `damaged-checksum`
 */
export async function openCryptContent(content: CryptContent): Promise<OpenedBackup> {
  const { file, acceptBadChecksum } = content;
  try {
    if (file.verdict.checksum === 'wrong' && !acceptBadChecksum) throw badChecksum();
    return openedCrypt(content, await lookInto(file));
  } catch (error) {
    file.close();
    throw error;
  }
}

const badChecksum = (): ChatFormatError =>
  new ChatFormatError(
    'damaged-checksum',
    'the content of this backup is whole and authentic, but its checksum is wrong: the header or the checksum itself was ' +
      'damaged. Nothing was written.',
  );

function openedCrypt(
  { file, fileName, inspection, names, openDatabase }: CryptContent,
  several: SeveralFiles | undefined,
): OpenedBackup {
  const isMigrated = migratedFlags.some((flag) => file.prefix.flags.includes(flag));
  const sources: ChatSource[] = [];
  const ofFile = [...checksumWarnings(file), ...severalFilesWarnings(several)];
  const warnings = [...ofFile];
  return {
    inspection,
    warnings,
    payload: { name: payloadName(fileName), chunks: () => file.chunks() },
    chats: async () => {
      if (several?.isIncrement === true) throw new ChatFormatError('unsupported-format', incrementMessage(several));
      const source = openMsgstore(await openDatabase(file.chunks(true)), { names, isMigrated });
      sources.push(source);
      warnings.splice(0, warnings.length, ...ofFile, ...msgstoreWarnings(source));
      return source;
    },
    close: () => {
      file.close();
      for (const source of sources) source.close();
    },
  };
}

/** What is in a backup of several files; absent for every other, and where its list cannot be read. */
async function lookInto(file: CryptFile): Promise<SeveralFiles | undefined> {
  if (file.packed !== 'zip') return undefined;
  try {
    return describeSeveralFiles(bytesInMemory(await collectChunks(file.chunks(), lookedIntoBytes)));
  } catch (error) {
    if (error instanceof ChatFormatError) return undefined;
    throw error;
  }
}

function checksumWarnings({ verdict: { checksum } }: CryptFile): readonly BackupWarning[] {
  if (checksum === 'right') return [];
  return [
    checksum === 'wrong'
      ? { code: 'bad-checksum', message: 'the checksum of this backup is wrong; its content is authentic all the same' }
      : {
          code: 'no-checksum',
          message: 'this backup has no checksum, as backups of several files have none; its content is authentic',
        },
  ];
}

function severalFilesWarnings(several: SeveralFiles | undefined): readonly BackupWarning[] {
  if (several === undefined) return [];
  return [
    several.isIncrement
      ? { code: 'increment', message: incrementMessage(several) }
      : {
          code: 'several-files',
          message: `this backup is a zip of ${several.files} files, such as stickers or settings; no chat database is among them that Coffer reads`,
        },
  ];
}

const incrementMessage = ({ files }: SeveralFiles): string =>
  `this is an increment, a zip of ${files} files: it holds only what changed since a full backup, and no whole history. Coffer ` +
  'gives its files as they are; for conversations open the full backup.';

function payloadName(fileName: string): string {
  const inner = fileName.replace(/\.crypt1[245]$/i, '');
  return inner === fileName || inner === '' ? `${fileName}.decrypted` : inner;
}
