import { describe, expect, it } from 'vitest';

import * as crypto from './index';
import * as node from './node';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(crypto).sort()).toMatchInlineSnapshot(`
      [
        "CryptoError",
        "argon2Ranges",
        "createAesCbcDecryption",
        "createAesCtr",
        "createDummyOpaqueRecord",
        "createHmacSha256",
        "createOpaqueRegistrationResponse",
        "createOpaqueServerSetup",
        "createSha256",
        "decodeKe1",
        "decodeKe3",
        "decodeRegistrationRecord",
        "decodeRegistrationRequest",
        "defaultArgon2Parameters",
        "finishOpaqueLogin",
        "generateSigningSeed",
        "hkdfSha256",
        "hmacSha256",
        "ksfCbor",
        "opaqueIdentities",
        "opaqueLoginStateBytes",
        "opaqueMessageBytes",
        "opaqueSaltBytes",
        "opaqueServerPublicKey",
        "opaqueServerSetupBytes",
        "opaqueSuite",
        "openXChaCha",
        "randomBytes",
        "requireArgon2Parameters",
        "requireOpaqueLoginState",
        "requireOpaqueServerSetup",
        "requireSerial",
        "requireSigningSeed",
        "sealXChaCha",
        "sha256",
        "sha512",
        "sign",
        "signatureBytes",
        "signingPublicKey",
        "signingPublicKeyBytes",
        "signingSeedBytes",
        "startOpaqueLogin",
        "verifySignature",
        "wipe",
        "xChaChaKeyBytes",
        "xChaChaNonceBytes",
        "xChaChaTagBytes",
      ]
    `);
  });
});

describe('node', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
      [
        "createSha256",
        "hkdfSha256",
        "hmacSha256",
        "sha256",
        "sha512",
      ]
    `);
  });
});
