export { createAesCbcDecryption, createAesCtr, type CipherStream } from './aes-streams';
export {
  argon2Ranges,
  defaultArgon2Parameters,
  requireArgon2Parameters,
  type Argon2Parameters,
} from './argon2-parameters';
export type { Branded } from './brand';
export { CryptoError } from './errors';
export { createHmacSha256, createSha256, hkdfSha256, hmacSha256, sha256, sha512, type IncrementalHash } from './hashes';
export {
  ksfCbor,
  opaqueIdentities,
  opaqueSuite,
  requireSerial,
  type OpaqueClient,
  type OpaqueIdentities,
} from './opaque/identities';
export {
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  opaqueMessageBytes,
  type Ke1,
  type Ke3,
  type RegistrationRecord,
  type RegistrationRequest,
} from './opaque/messages';
export {
  createDummyOpaqueRecord,
  createOpaqueRegistrationResponse,
  createOpaqueServerSetup,
  finishOpaqueLogin,
  opaqueLoginStateBytes,
  opaqueSaltBytes,
  opaqueServerPublicKey,
  opaqueServerSetupBytes,
  requireOpaqueLoginState,
  requireOpaqueServerSetup,
  startOpaqueLogin,
  type OpaqueLoginOutcome,
  type OpaqueLoginState,
  type OpaqueServerSetup,
} from './opaque/server';
export { randomBytes } from './random';
export {
  generateSigningSeed,
  requireSigningSeed,
  sign,
  signatureBytes,
  signingPublicKey,
  signingPublicKeyBytes,
  signingSeedBytes,
  verifySignature,
  type SigningSeed,
} from './signatures';
export { wipe } from './wipe';
export { openXChaCha, sealXChaCha, xChaChaKeyBytes, xChaChaNonceBytes, xChaChaTagBytes } from './xchacha';
