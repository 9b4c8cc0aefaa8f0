import { describe, expect, it } from 'vitest';

import * as browser from './browser';
import * as deviceCrypto from './index';
import * as node from './node';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(deviceCrypto).sort()).toMatchInlineSnapshot(`
      [
        "DeviceCryptoError",
        "backupKeyBytes",
        "chunkedCommitmentBytes",
        "chunkedHeaderBytes",
        "chunkedMaximumPieces",
        "chunkedPieceBytes",
        "chunkedSaltBytes",
        "chunkedSealedPieceBytes",
        "chunkedTagBytes",
        "contextLabels",
        "deriveChunkIdKey",
        "deriveGearTableKey",
        "deriveKeyId",
        "deriveOwnerKey",
        "deriveSealingKey",
        "digitCount",
        "digitGroups",
        "digitsPerGroup",
        "finishPasswordRecovery",
        "finishPasswordRegistration",
        "formatDigits",
        "formatKeyId",
        "formatKitRows",
        "generateBackupKey",
        "generateEpochKey",
        "generateRepositorySecret",
        "inspectDigits",
        "inspectKitRow",
        "keyIdBytes",
        "keyLabels",
        "keyringFormatVersion",
        "keyringHeaderBytes",
        "keyringMagic",
        "keyringMaximumBytes",
        "kitRowCount",
        "kitRowDigits",
        "newMessageSalt",
        "newPrfSalt",
        "openForPasskey",
        "openKeyring",
        "openSealedBackupKey",
        "parseDigits",
        "parseKeyId",
        "parseKitRows",
        "passkeyPrfInput",
        "passwordMaximumBytes",
        "pieceCount",
        "piecePlace",
        "plainSize",
        "preparePassword",
        "prfOutputBytes",
        "prfSaltBytes",
        "readKeyringHeader",
        "repositoryIdBytes",
        "requireBackupKey",
        "requirePrfOutput",
        "rowCheck",
        "sealBackupKey",
        "sealForPasskey",
        "sealKeyring",
        "sealedBackupKeyBytes",
        "sealedSize",
        "sealingContext",
        "startPasswordRecovery",
        "startPasswordRegistration",
      ]
    `);
  });
});

describe('node', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
      [
        "argon2id",
        "nodeChunkedEncryption",
        "openChunkedSync",
        "sealChunkedSync",
      ]
    `);
  });
});

describe('browser', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(browser).sort()).toMatchInlineSnapshot(`
      [
        "argon2id",
        "browserChunkedEncryption",
        "openChunked",
        "sealChunked",
      ]
    `);
  });
});
