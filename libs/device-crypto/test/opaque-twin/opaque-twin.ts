import { concatBytes, utf8 } from '@coffer/foundation';

import type { TwinKeys, TwinSuite } from './suite';

/*
 * OPAQUE-3DH of RFC 9807, slow and deterministic: every random input is given. It shares nothing with the library in use but
 * the curves, and serves as its oracle. Names follow the RFC.
 */

const nonceBytes = 32;

/** The fixed parts of a run. Identities default to the public keys (RFC 9807, section 4). */
export interface TwinSetting {
  readonly suite: TwinSuite;
  readonly context: Uint8Array;
  readonly clientIdentity?: Uint8Array;
  readonly serverIdentity?: Uint8Array;
  /** Key stretching function: from and to `hashBytes`. */
  stretch(oprfOutput: Uint8Array): Uint8Array;
}

/** What a client is told after a registration or a login. */
export interface TwinClientResult {
  readonly randomizedPassword: Uint8Array;
  readonly clientPublicKey: Uint8Array;
  readonly maskingKey: Uint8Array;
  readonly envelope: Uint8Array;
  readonly exportKey: Uint8Array;
}

/** A stored record: client public key || masking key || envelope. */
export interface TwinRecord {
  readonly clientPublicKey: Uint8Array;
  readonly maskingKey: Uint8Array;
  readonly envelope: Uint8Array;
}

/** Length of an envelope: nonce and tag (section 4.1). */
export function envelopeBytes(suite: TwinSuite): number {
  return nonceBytes + suite.hashBytes;
}

/** The OPRF key of one account (section 5.2.2). */
export function oprfKey(suite: TwinSuite, oprfSeed: Uint8Array, credentialIdentifier: Uint8Array): Uint8Array {
  const seed = suite.expand(oprfSeed, concatBytes(credentialIdentifier, utf8('OprfKey')), 32);
  return suite.deriveOprfKey(seed, 'OPAQUE-DeriveKeyPair');
}

/** Section 5.2.3, FinalizeRegistrationRequest; Store of section 4.1.2. */
export function finishRegistration(
  setting: TwinSetting,
  input: {
    readonly password: Uint8Array;
    readonly blind: Uint8Array;
    readonly evaluated: Uint8Array;
    readonly envelopeNonce: Uint8Array;
    readonly serverPublicKey: Uint8Array;
  },
): TwinClientResult {
  const { suite } = setting;
  const randomizedPassword = randomize(setting, suite.finalize(input.password, input.blind, input.evaluated));
  const keys = envelopeKeys(suite, randomizedPassword, input.envelopeNonce);
  const clientPublicKey = keys.pair.publicKey;
  const tag = suite.mac(
    keys.authKey,
    credentials(setting, input.envelopeNonce, input.serverPublicKey, clientPublicKey),
  );
  return {
    randomizedPassword,
    clientPublicKey,
    maskingKey: suite.expand(randomizedPassword, utf8('MaskingKey'), suite.hashBytes),
    envelope: concatBytes(input.envelopeNonce, tag),
    exportKey: keys.exportKey,
  };
}

/** Section 6.2.1. */
export function startLogin(
  suite: TwinSuite,
  input: {
    readonly password: Uint8Array;
    readonly blind: Uint8Array;
    readonly nonce: Uint8Array;
    readonly keyshareSeed: Uint8Array;
  },
): { readonly ke1: Uint8Array; readonly keyshare: TwinKeys } {
  const keyshare = suite.deriveKeys(input.keyshareSeed);
  return { ke1: concatBytes(suite.blind(input.password, input.blind), input.nonce, keyshare.publicKey), keyshare };
}

/** Section 6.2.2. @returns KE2, the expected KE3 and the session key */
export function respond(
  setting: TwinSetting,
  input: {
    readonly ke1: Uint8Array;
    readonly record: TwinRecord;
    readonly oprfKey: Uint8Array;
    readonly serverKeys: TwinKeys;
    readonly maskingNonce: Uint8Array;
    readonly nonce: Uint8Array;
    readonly keyshareSeed: Uint8Array;
  },
): {
  readonly ke2: Uint8Array;
  readonly ke3: Uint8Array;
  readonly sessionKey: Uint8Array;
  readonly serverMacKey: Uint8Array;
} {
  const { suite } = setting;
  const { ke1, record, serverKeys } = input;
  const clear = concatBytes(serverKeys.publicKey, record.envelope);
  const response = concatBytes(
    suite.evaluate(input.oprfKey, ke1.subarray(0, suite.elementBytes)),
    input.maskingNonce,
    xor(clear, maskingPad(suite, record.maskingKey, input.maskingNonce, clear.length)),
  );
  const keyshare = suite.deriveKeys(input.keyshareSeed);
  const clientKeyshare = ke1.subarray(suite.elementBytes + nonceBytes);
  const ikm = concatBytes(
    suite.diffieHellman(keyshare.secretKey, clientKeyshare),
    suite.diffieHellman(serverKeys.secretKey, clientKeyshare),
    suite.diffieHellman(keyshare.secretKey, record.clientPublicKey),
  );
  const inner = concatBytes(response, input.nonce, keyshare.publicKey);
  const agreed = agree(setting, ikm, { ke1, inner, client: record.clientPublicKey, server: serverKeys.publicKey });
  return {
    ke2: concatBytes(inner, agreed.serverMac),
    ke3: agreed.clientMac,
    sessionKey: agreed.sessionKey,
    serverMacKey: agreed.serverMacKey,
  };
}

/** Section 6.2.3. @returns undefined where the password is wrong or the message forged */
export function finishLogin(
  setting: TwinSetting,
  input: {
    readonly password: Uint8Array;
    readonly blind: Uint8Array;
    readonly ke1: Uint8Array;
    readonly keyshare: TwinKeys;
    readonly ke2: Uint8Array;
  },
):
  | (TwinClientResult & {
      readonly ke3: Uint8Array;
      readonly sessionKey: Uint8Array;
      readonly serverPublicKey: Uint8Array;
    })
  | undefined {
  const { suite } = setting;
  const [evaluated, maskingNonce, masked, , serverKeyshare, serverMac] = cut(input.ke2, [
    suite.elementBytes,
    nonceBytes,
    suite.publicKeyBytes + envelopeBytes(suite),
    nonceBytes,
    suite.publicKeyBytes,
    suite.hashBytes,
  ]) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const randomizedPassword = randomize(setting, suite.finalize(input.password, input.blind, evaluated));
  const maskingKey = suite.expand(randomizedPassword, utf8('MaskingKey'), suite.hashBytes);
  const clear = xor(masked, maskingPad(suite, maskingKey, maskingNonce, masked.length));
  const serverPublicKey = clear.slice(0, suite.publicKeyBytes);
  const envelope = clear.slice(suite.publicKeyBytes);
  const nonce = envelope.subarray(0, nonceBytes);
  const keys = envelopeKeys(suite, randomizedPassword, nonce);
  const clientPublicKey = keys.pair.publicKey;
  const tag = suite.mac(keys.authKey, credentials(setting, nonce, serverPublicKey, clientPublicKey));
  if (!same(tag, envelope.subarray(nonceBytes))) return undefined;
  const ikm = concatBytes(
    suite.diffieHellman(input.keyshare.secretKey, serverKeyshare),
    suite.diffieHellman(input.keyshare.secretKey, serverPublicKey),
    suite.diffieHellman(keys.pair.secretKey, serverKeyshare),
  );
  const inner = input.ke2.subarray(0, input.ke2.length - suite.hashBytes);
  const agreed = agree(setting, ikm, { ke1: input.ke1, inner, client: clientPublicKey, server: serverPublicKey });
  if (!same(agreed.serverMac, serverMac)) return undefined;
  const { exportKey } = keys;
  const { clientMac: ke3, sessionKey } = agreed;
  return { randomizedPassword, clientPublicKey, maskingKey, envelope, exportKey, ke3, sessionKey, serverPublicKey };
}

function randomize({ suite, stretch }: TwinSetting, oprfOutput: Uint8Array): Uint8Array {
  return suite.extract(concatBytes(oprfOutput, stretch(oprfOutput)));
}

function envelopeKeys(
  suite: TwinSuite,
  randomizedPassword: Uint8Array,
  nonce: Uint8Array,
): { readonly authKey: Uint8Array; readonly exportKey: Uint8Array; readonly pair: TwinKeys } {
  const derive = (label: string, length: number): Uint8Array =>
    suite.expand(randomizedPassword, concatBytes(nonce, utf8(label)), length);
  return {
    authKey: derive('AuthKey', suite.hashBytes),
    exportKey: derive('ExportKey', suite.hashBytes),
    pair: suite.deriveKeys(derive('PrivateKey', 32)),
  };
}

/** What the envelope's tag covers (section 4.1.2). */
function credentials(setting: TwinSetting, nonce: Uint8Array, server: Uint8Array, client: Uint8Array): Uint8Array {
  const serverIdentity = setting.serverIdentity ?? server;
  const clientIdentity = setting.clientIdentity ?? client;
  return concatBytes(nonce, server, prefixed(serverIdentity), prefixed(clientIdentity));
}

function maskingPad(suite: TwinSuite, maskingKey: Uint8Array, nonce: Uint8Array, length: number): Uint8Array {
  return suite.expand(maskingKey, concatBytes(nonce, utf8('CredentialResponsePad')), length);
}

/** Sections 6.4.2 and 6.4.3: preamble, key schedule, both MACs. */
function agree(
  setting: TwinSetting,
  ikm: Uint8Array,
  seen: {
    readonly ke1: Uint8Array;
    readonly inner: Uint8Array;
    readonly client: Uint8Array;
    readonly server: Uint8Array;
  },
): Record<'serverMac' | 'clientMac' | 'sessionKey' | 'serverMacKey', Uint8Array> {
  const { suite } = setting;
  const preamble = concatBytes(
    utf8('OPAQUEv1-'),
    prefixed(setting.context),
    prefixed(setting.clientIdentity ?? seen.client),
    seen.ke1,
    prefixed(setting.serverIdentity ?? seen.server),
    seen.inner,
  );
  const transcript = suite.hash(preamble);
  const prk = suite.extract(ikm);
  const handshakeSecret = deriveSecret(suite, prk, 'HandshakeSecret', transcript);
  const serverMacKey = deriveSecret(suite, handshakeSecret, 'ServerMAC', new Uint8Array());
  const clientMacKey = deriveSecret(suite, handshakeSecret, 'ClientMAC', new Uint8Array());
  const serverMac = suite.mac(serverMacKey, transcript);
  return {
    serverMac,
    clientMac: suite.mac(clientMacKey, suite.hash(concatBytes(preamble, serverMac))),
    sessionKey: deriveSecret(suite, prk, 'SessionKey', transcript),
    serverMacKey,
  };
}

function deriveSecret(suite: TwinSuite, secret: Uint8Array, label: string, transcript: Uint8Array): Uint8Array {
  const name = utf8(`OPAQUE-${label}`);
  const info = concatBytes(
    Uint8Array.of(0, suite.hashBytes, name.length),
    name,
    Uint8Array.of(transcript.length),
    transcript,
  );
  return suite.expand(secret, info, suite.hashBytes);
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);
}

function xor(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.map((byte, at) => byte ^ second[at]!);
}

function same(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
}

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  const parts = lengths.map((length) => bytes.subarray(at, (at += length)));
  if (at !== bytes.length) throw new RangeError(`a message of ${bytes.length} bytes where ${at} are expected`);
  return parts;
}
