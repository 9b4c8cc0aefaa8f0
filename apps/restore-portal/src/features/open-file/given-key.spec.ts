import { DeviceError, type FileKeyWanted } from '@coffer/device-protocol';
import { describe, expect, it } from 'vitest';
import { givenKey, isComplete, noEntries, type KeyEntries } from './given-key';

const file = (bytes: number): File => new File([new Uint8Array(bytes).fill(7)], 'encrypted_backup.key');
const codeOf = async (wanted: FileKeyWanted, entries: Partial<KeyEntries>): Promise<string> => {
  try {
    return (await givenKey(wanted, { ...noEntries, ...entries })).kind;
  } catch (error) {
    return error instanceof DeviceError ? error.code : String(error);
  }
};

describe('isComplete', () => {
  it.each<[FileKeyWanted, Partial<KeyEntries>, boolean]>([
    ['none', {}, true],
    ['whatsapp-backup-key', { digits: 'ab'.repeat(31) }, false],
    ['whatsapp-backup-key', { digits: 'AB '.repeat(32) }, true],
    ['whatsapp-backup-key', { digits: 'ab'.repeat(32), way: 'key-file' }, false],
    ['whatsapp-backup-key', { keyFile: file(59), way: 'key-file' }, true],
    ['whatsapp-key-file', { digits: 'ab'.repeat(32) }, false],
    ['signal-recovery-key', { recoveryKey: 'm'.repeat(64) }, false],
    ['signal-recovery-key', { recoveryKey: 'm'.repeat(64), accountId: 'x' }, true],
    ['signal-passphrase', { passphrase: ' - ' }, false],
  ])('says of %s with %j: %s', (wanted, entries, expected) => {
    expect(isComplete(wanted, { ...noEntries, ...entries })).toBe(expected);
  });
});

describe('givenKey', () => {
  it('gives what the fields that are shown hold, and nothing of the others', async () => {
    const entries = { ...noEntries, digits: 'abcd', passphrase: '12345', keyFile: file(3) };
    expect(await givenKey('none', entries)).toEqual({ kind: 'none' });
    expect(await givenKey('whatsapp-backup-key', entries)).toEqual({ kind: 'digits', digits: 'abcd' });
    expect(await givenKey('whatsapp-key-file', entries)).toEqual({
      kind: 'key-file',
      content: new Uint8Array([7, 7, 7]),
    });
    expect(await givenKey('signal-passphrase', entries)).toEqual({ kind: 'passphrase', passphrase: '12345' });
  });

  it('reads no large file as a key', async () => {
    expect(await codeOf('whatsapp-key-file', { keyFile: file(4097) })).toBe('malformed-key');
    expect(await codeOf('whatsapp-key-file', { keyFile: file(0) })).toBe('malformed-key');
    expect(await codeOf('whatsapp-key-file', { keyFile: file(158) })).toBe('key-file');
  });
});
