import type { KeyWanted } from '@coffer/chat-formats';
import { inspectBackup } from '@coffer/chat-formats/node';

import { requireFile } from '../files/require-file';
import { formatBytes } from '../output/format';
import { printable } from '../output/printable';
import type { Reporter } from '../output/reporter';

const keyNames: Readonly<Record<KeyWanted, string>> = {
  none: 'none',
  'whatsapp-backup-key': 'the 64-digit key, or the file encrypted_backup.key',
  'whatsapp-key-file': 'the 158-byte file "key" of the phone',
  'signal-recovery-key': 'the recovery key (64 characters) and the account id',
  'signal-passphrase': 'the passphrase of 30 digits',
};

/**
 * Says what a file is. What the file says about itself is not authenticated, and said to be so.
 *
 * @throws ChatFormatError `not-a-backup`, `damaged`; as `requireFile`
 */
export async function runInspect(reporter: Reporter, file: string): Promise<void> {
  await requireFile(file);
  const { format, description, keyWanted, isSupported, sizeBytes, facts } = inspectBackup(file);
  const lines = [
    `${printable(file)}: ${description}, ${formatBytes(sizeBytes)}`,
    `  key wanted: ${keyNames[keyWanted]}`,
    ...(isSupported ? [] : ['  this version recognises it and does not open it']),
    ...Object.entries(facts).map(([name, value]) => `  ${labelOf(name)}: ${printable(String(value))}`),
  ];
  reporter.summary({ format, description, keyWanted, isSupported, bytes: sizeBytes, ...facts }, lines.join('\n'));
}

const labels: Readonly<Record<string, string>> = {
  appVersion: 'says it was written by version',
  deviceModel: 'says it was written on',
  numberEndsWith: 'says its phone number ends with',
  isChatDatabase: 'says it is a chat database',
  checksum: 'checksum',
  text: 'text',
  files: 'other files',
};

const labelOf = (name: string): string => labels[name] ?? name;
