import { readForwardSecrecyToken, readWhatsAppKeyFile } from '@coffer/chat-formats';
import { parseAci, parseBackupKeyDigits, parseRecoveryKey, parseSignalPassphrase } from '@coffer/chat-formats';
import { openBackup, type BackupFile, type SqliteStarter } from '@coffer/chat-formats/browser';
import { wipe } from '@coffer/crypto';
import { DeviceError, type DeviceHandlers, type DeviceParams, type FileSecret } from '@coffer/device-protocol';
import { chosenBackup } from './chosen-backup';
import { MessageSearch } from './message-search';
import { OpenedFile } from './opened-file';
import { savedContent } from './saved-file';
import { toDeviceError } from './to-device-error';

export interface FileParts {
  readonly sqlite: SqliteStarter;
  /** A chosen file as bytes that can be read anywhere. */
  readonly read: (file: File) => BackupFile;
}

type Files = 'inspectFiles' | 'openFile' | 'listFileConversations' | 'readFileMessages' | 'searchFile' | 'saveFile';

/** Backups of other apps. Nothing here reaches the vault, the network or a storage, and no backup key is wanted. */
export function fileHandlers({ sqlite, read }: FileParts): Pick<DeviceHandlers, Files> {
  let opened: OpenedFile | undefined;
  let search: MessageSearch | undefined;
  const open = async (
    { file, contacts, secret, timeZone }: DeviceParams<'openFile'>,
    signal: AbortSignal,
    told: Told,
  ) => {
    const keys = keysOf(secret);
    try {
      const zone = timeZone === null ? {} : { timeZone };
      // what is authentic is shown, with a word on the checksum: nothing is written that could be taken for whole
      const names = contacts === null ? {} : { contacts: read(contacts) };
      const options = { ...keys, ...zone, ...names, acceptBadChecksum: true, signal, onRead: told };
      return await OpenedFile.of(await openBackup(read(file), sqlite, options));
    } finally {
      wipe(...secretBytes(keys));
    }
  };
  const current = (): OpenedFile => {
    if (opened === undefined) throw new DeviceError('locked', 'open a file first');
    return opened;
  };
  return {
    inspectFiles: ({ files }) =>
      guarded(async () => {
        const { backup, contacts, inspection } = await chosenBackup(files.map(read), sqlite);
        // While the key is being typed: opening will want it.
        if (inspection.keyWanted.startsWith('whatsapp-')) void sqlite().catch(() => undefined);
        return { backup, contacts, format: inspection.format, keyWanted: inspection.keyWanted };
      }),
    openFile: (params, { signal, progress }) =>
      guarded(async () => {
        const totalBytes = params.file.size;
        let doneBytes = 0;
        progress({ phase: 'opening', doneBytes, totalBytes });
        const next = await open(params, signal, (bytes) => {
          doneBytes = Math.min(totalBytes, doneBytes + bytes);
          progress({ phase: 'opening', doneBytes, totalBytes });
        });
        search?.close();
        search = undefined;
        opened?.close();
        opened = next;
        const { chats, messages } = next.source.counts;
        const { inspection, warnings } = next;
        return {
          format: inspection.format,
          conversations: chats,
          messages,
          warnings: [...new Set(warnings.map(({ code }) => code))],
        };
      }),
    listFileConversations: () => guarded(async () => ({ conversations: current().listConversations() })),
    readFileMessages: ({ conversationId, from, to }) =>
      guarded(async () => ({ from, messages: current().readMessages(conversationId, from, to) })),
    searchFile: ({ query, limit }, { signal, progress }) =>
      guarded(async () => {
        const totalBytes = current().inspection.sizeBytes;
        const onIndexed = (part: number): void =>
          progress({ phase: 'reading', doneBytes: Math.min(totalBytes, part * totalBytes), totalBytes });
        search ??= new MessageSearch(current(), sqlite);
        return search.find(query, { limit, signal, onIndexed });
      }),
    saveFile: ({ form, conversationId }, { signal, progress }) =>
      guarded(async () => {
        const source = conversationId === null ? current().source : current().only(conversationId);
        return savedContent(source, form, { signal, progress }, current().media());
      }),
  };
}

type Told = (bytes: number) => void;
type Keys = Pick<NonNullable<Parameters<typeof openBackup>[2]>, 'key' | 'phoneKey' | 'signalKeys' | 'signalPassphrase'>;

/** @throws ChatFormatError `invalid-key` */
function keysOf(secret: FileSecret): Keys {
  switch (secret.kind) {
    case 'none':
      return {};
    case 'digits':
      return { key: parseBackupKeyDigits(secret.digits) };
    case 'key-file':
      try {
        return readWhatsAppKeyFile(secret.content);
      } finally {
        wipe(secret.content);
      }
    case 'recovery-key': {
      const recoveryKey = parseRecoveryKey(secret.recoveryKey);
      const aci = parseAci(secret.accountId);
      const token = secret.token === null ? {} : { token: readForwardSecrecyToken(secret.token) };
      return { signalKeys: { recoveryKey, aci, ...token } };
    }
    case 'passphrase':
      return { signalPassphrase: parseSignalPassphrase(secret.passphrase) };
  }
}

function secretBytes({ key, phoneKey, signalKeys, signalPassphrase }: Keys): Uint8Array[] {
  const all = [key, phoneKey?.bytes, signalKeys?.recoveryKey, signalKeys?.token, signalPassphrase];
  return all.filter((bytes) => bytes !== undefined);
}

async function guarded<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw toDeviceError(error);
  }
}
