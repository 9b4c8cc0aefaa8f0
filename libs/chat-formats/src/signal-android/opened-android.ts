import type { ChatSource } from '@coffer/chat-model';
import { concatBytes } from '@coffer/foundation';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import type { MediaFile, MediaPlace } from '../media/media-place';
import type { AndroidFile } from './android-file';
import { openAndroidTables } from './android-source';
import type { TextOf } from './parts';
import type { AndroidTables } from './rebuild-tables';

/** No key was given. */
export const passphraseRequired = (): ChatFormatError =>
  new ChatFormatError('key-required', 'this backup wants its passphrase of 30 digits');

/** What is made of an authenticated file. */
export interface AndroidContent {
  /** Closed with the backup. */
  readonly file: AndroidFile;
  /** Without any folder. */
  readonly fileName: string;
  readonly inspection: BackupInspection;
  readonly rebuild: (file: AndroidFile) => Promise<AndroidTables>;
}

/** A Signal backup file of an Android phone as a backup. */
export function openedAndroid({ file, fileName, inspection, rebuild }: AndroidContent): OpenedBackup {
  const sources: ChatSource[] = [];
  const warnings: BackupWarning[] = [];
  let place: MediaPlace | undefined;
  return {
    inspection,
    warnings,
    payload: { name: `${fileName.replace(/\.backup$/i, '')}.records`, chunks: () => plainRecords(file) },
    chats: async () => {
      const tables = await rebuild(file);
      const { selfAci } = tables;
      const textOf = textsOf(tables);
      const source = openAndroidTables(tables.database, { ...(selfAci === undefined ? {} : { selfAci }), textOf });
      sources.push(source);
      place = placeOf(tables);
      warnings.splice(0, warnings.length, ...leftOut(tables));
      return source;
    },
    media: () => place,
    close: () => {
      file.close();
      for (const source of sources) source.close();
    },
  };
}

/** The attachments, which messages name by their hash. */
function placeOf({ blobs }: AndroidTables): MediaPlace {
  const files = new Map<string, MediaFile>();
  for (const [path, blob] of blobs) files.set(path, { path, ...blob });
  return { find: ({ sha256Hex }) => files.get(sha256Hex ?? ''), close: () => undefined };
}

/** Longest file that is read as a text: the app's own limit is a sixteenth of it. */
const textLimitBytes = 1024 * 1024;

/** Long texts, which are files of the backup. Read when their message is. */
function textsOf({ blobs }: AndroidTables): TextOf {
  return (sha256Hex) => {
    const blob = blobs.get(sha256Hex);
    if (blob === undefined || blob.sizeBytes > textLimitBytes) return undefined;
    return new TextDecoder().decode(concatBytes(...Array.from(blob.pieces(), (piece) => new Uint8Array(piece))));
  };
}

/** Most tables that are named in a warning. */
const namedTables = 30;

function leftOut({ leftOutRows, leftOutStatements }: AndroidTables): readonly BackupWarning[] {
  if (leftOutRows.size === 0 && leftOutStatements === 0) return [];
  const tables = [...leftOutRows].slice(0, namedTables).map(([table, rows]) => `${table} ${rows}`);
  const more = leftOutRows.size > namedTables ? ` and ${leftOutRows.size - namedTables} more` : '';
  const rows = tables.length === 0 ? '' : `: rows of ${tables.join(', ')}${more}`;
  return [
    {
      code: 'left-out',
      message: `beside conversations this backup holds tables of the app, which are not shown here${rows}; ${leftOutStatements} other statements were not looked at`,
    },
  ];
}

/**
 * The content as it was, without its encryption: each record with its length (four bytes, the highest first) before it, and behind a
 * record the bytes that belong to it.
 */
async function* plainRecords(file: AndroidFile): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { bytes, blobPieces } of file.records()) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    yield concatBytes(length, bytes);
    yield* blobPieces();
  }
}
