import { describe, expect, it } from 'vitest';
import * as chatFormats from './index';
import * as browser from './browser';
import * as node from './node';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(chatFormats).sort()).toEqual([
      'ChatFormatError',
      'MediaBeside',
      'backupFormats',
      'keysWanted',
      'openChatsDocument',
      'openSignalRecords',
      'openTelegramExport',
      'parseAci',
      'parseBackupKeyDigits',
      'parseRecoveryKey',
      'parseSignalPassphrase',
      'readBackupHeader',
      'readExportChat',
      'readForwardSecrecyToken',
      'readWhatsAppKeyFile',
    ]);
    expect(Object.keys(browser).sort()).toEqual([
      'createMessageIndex',
      'identifyBackup',
      'isAddressBook',
      'openBackup',
      'startSqlite',
    ]);
    expect(Object.keys(node).sort()).toEqual([
      'createMessageIndex',
      'identifyBackup',
      'inspectBackup',
      'openBackup',
      'openChatSource',
      'openMediaPlace',
      'openMsgstore',
      'openSqliteBytes',
      'openSqliteFile',
    ]);
  });
});
