import { stat } from 'node:fs/promises';
import { ChatFormatError, type KeyWanted, type OpenedBackup, type WhatsAppBackupKey } from '@coffer/chat-formats';
import { identifyBackup, openBackup, type OpenBackupOptions } from '@coffer/chat-formats/node';

import type { CommandContext } from '../command-context';
import type { Reporter } from '../output/reporter';
import { readWhatsAppKeys } from './backup-key-input';
import { readSignalKeys, readSignalPassphrase } from './signal-key-input';

/** A backup that another app wrote, and where its keys are. */
export interface FileRequest {
  readonly file: string;
  readonly key?: string;
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
  readonly passphraseFile?: string;
  readonly aci?: string;
  readonly tokenFile?: string;
  readonly contacts?: string;
  readonly timeZone?: string;
  readonly acceptBadChecksum?: boolean;
}

/**
 * Opens a foreign backup under the keys that are given or asked for, which are wiped before this returns.
 *
 * @param look - looks at the backup while the 64-digit key is there; the backup is closed where it throws
 * @throws the system's ENOENT; ChatFormatError and UsageError as `openBackup` and `readWhatsAppKeys` do
 */
export async function openFile<Found>(
  { reporter, signal }: CommandContext,
  request: FileRequest,
  look: (backup: OpenedBackup, key: WhatsAppBackupKey | undefined) => Found,
): Promise<{ readonly opened: OpenedBackup; readonly found: Found }> {
  const { file, contacts, timeZone, acceptBadChecksum } = request;
  const { size: totalBytes } = await stat(file);
  let doneBytes = 0;
  const keys = await readKeys(reporter, request);
  try {
    const opened = await openBackup(file, {
      ...keys,
      ...(contacts === undefined ? {} : { contactsPath: contacts }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(acceptBadChecksum === undefined ? {} : { acceptBadChecksum }),
      onRead: (bytes) => {
        doneBytes += bytes;
        reporter.progress({ phase: 'checking', doneBytes, totalBytes });
      },
      signal,
    });
    return { opened, found: lookAt(opened, look, keys.key) };
  } finally {
    wipeKeys(keys);
  }
}

function lookAt<Found>(
  opened: OpenedBackup,
  look: (backup: OpenedBackup, key: WhatsAppBackupKey | undefined) => Found,
  key: WhatsAppBackupKey | undefined,
): Found {
  try {
    return look(opened, key);
  } catch (error) {
    opened.close();
    throw error;
  }
}

type Keys = Pick<OpenBackupOptions, 'key' | 'phoneKey' | 'signalKeys' | 'signalPassphrase'>;

async function readKeys(reporter: Reporter, request: FileRequest): Promise<Keys> {
  const { key: option, environmentKey: environment, passphraseFile, aci, tokenFile } = request;
  const wanted = keyWanted(request);
  const signal = { option, environment, passphraseFile, aci, tokenFile };
  if (wanted === 'signal-recovery-key') return { signalKeys: await readSignalKeys(reporter, signal) };
  if (wanted === 'signal-passphrase') return { signalPassphrase: await readSignalPassphrase(reporter, signal) };
  return wanted.startsWith('whatsapp-') ? readWhatsAppKeys(reporter, { option, environment }, wanted) : {};
}

/** The older form of a Signal backup has no mark: whoever gives an account id says that it is one. */
function keyWanted({ file, aci }: FileRequest): KeyWanted {
  try {
    return identifyBackup(file).keyWanted;
  } catch (error) {
    if (aci !== undefined && error instanceof ChatFormatError && error.code === 'not-a-backup') {
      return 'signal-recovery-key';
    }
    throw error;
  }
}

function wipeKeys({ key, phoneKey, signalKeys, signalPassphrase }: Keys): void {
  const secrets = [key, phoneKey?.bytes, signalKeys?.recoveryKey, signalKeys?.token, signalPassphrase];
  for (const secret of secrets) secret?.fill(0);
}
