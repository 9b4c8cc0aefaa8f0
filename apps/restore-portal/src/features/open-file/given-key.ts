import { DeviceError, type FileKeyWanted, type FileSecret } from '@coffer/device-protocol';
import { digitCount, onlyDigits } from '@coffer/web-ui';

/** What stands in the fields of the form, whichever of them are shown. */
export interface KeyEntries {
  /** Which of two ways a WhatsApp backup is opened. */
  readonly way: 'digits' | 'key-file';
  readonly digits: string;
  readonly keyFile: File | null;
  readonly recoveryKey: string;
  readonly accountId: string;
  readonly token: File | null;
  readonly passphrase: string;
}

export const noEntries: KeyEntries = {
  way: 'digits',
  digits: '',
  keyFile: null,
  recoveryKey: '',
  accountId: '',
  token: null,
  passphrase: '',
};

/** Largest file that is looked at as a key, in bytes. */
const keyFileLimit = 4096;

/** Whether there is enough to try. */
export function isComplete(wanted: FileKeyWanted, entries: KeyEntries): boolean {
  switch (wanted) {
    case 'none':
      return true;
    case 'whatsapp-backup-key':
      return entries.way === 'digits' ? onlyDigits(entries.digits).length === digitCount : entries.keyFile !== null;
    case 'whatsapp-key-file':
      return entries.keyFile !== null;
    case 'signal-recovery-key':
      return entries.recoveryKey.trim() !== '' && entries.accountId.trim() !== '';
    case 'signal-passphrase':
      return entries.passphrase.replaceAll(/\D/g, '') !== '';
  }
}

/** The key as the device takes it. @throws DeviceError `malformed-key` where a file is no key by its size, `unreadable` */
export async function givenKey(wanted: FileKeyWanted, entries: KeyEntries): Promise<FileSecret> {
  switch (wanted) {
    case 'none':
      return { kind: 'none' };
    case 'whatsapp-backup-key':
      if (entries.way === 'digits') return { kind: 'digits', digits: entries.digits };
      return { kind: 'key-file', content: await contentOf(entries.keyFile) };
    case 'whatsapp-key-file':
      return { kind: 'key-file', content: await contentOf(entries.keyFile) };
    case 'signal-recovery-key': {
      const { recoveryKey, accountId, token } = entries;
      return { kind: 'recovery-key', recoveryKey, accountId, token: token === null ? null : await contentOf(token) };
    }
    case 'signal-passphrase':
      return { kind: 'passphrase', passphrase: entries.passphrase };
  }
}

async function contentOf(file: File | null): Promise<Uint8Array<ArrayBuffer>> {
  if (file === null || file.size === 0 || file.size > keyFileLimit) {
    throw new DeviceError('malformed-key', 'this file is no key');
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new DeviceError('unreadable', 'the key file can no longer be read', { cause });
  }
}
