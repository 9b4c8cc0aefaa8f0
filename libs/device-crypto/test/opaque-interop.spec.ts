import { argon2Sync } from 'node:crypto';

import { concatBytes, fromBase64Url, toBase64Url, utf8 } from '@coffer/foundation';
import { client, ready, server } from '@serenity-kit/opaque';
import { proofSize, recordProof, runSeed, seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  envelopeBytes,
  finishLogin,
  finishRegistration,
  oprfKey,
  respond,
  startLogin,
  type TwinRecord,
  type TwinSetting,
} from './opaque-twin/opaque-twin';
import { ristrettoSuite as suite } from './opaque-twin/suite';

/** Runs of each direction; every tenth has a wrong password, every tenth an unknown account. */
const runs = proofSize({ sample: 100, long: 1_000 });
const began = performance.now();
let done = 0;
/** The least work that the library takes: what is tested here is the protocol, and Argon2id has its own vectors. */
const ksf = { iterations: 1, memory: 8, parallelism: 1 } as const;
const keyStretching = { 'argon2id-custom': ksf };

/** RFC 9807, section 7: Argon2id with a salt of 16 zero bytes, as long as the hash. */
function stretch(oprfOutput: Uint8Array): Uint8Array {
  const { iterations: passes, memory, parallelism } = ksf;
  const input = { message: oprfOutput, nonce: new Uint8Array(16), passes, memory, parallelism, tagLength: 64 };
  return new Uint8Array(argon2Sync('argon2id', input));
}

/** One run's inputs, which follow from the seed. */
function drawn(direction: string, run: number) {
  const bytes = (name: string, length = 32): Uint8Array => seed(`${runSeed()} ${direction} ${run} ${name}`, length);
  const scalar = (name: string): Uint8Array => suite.deriveKeys(bytes(name)).secretKey;
  const identifiers = { client: `client ${run}`, server: toBase64Url(bytes('server identity', 9)) };
  const setting: TwinSetting = {
    ...{ suite, context: new Uint8Array(), stretch },
    ...{ clientIdentity: utf8(identifiers.client), serverIdentity: utf8(identifiers.server) },
  };
  const password = toBase64Url(bytes('password', 1 + (run % 30)));
  const typed = run % 10 === 3 ? `${password}.` : password;
  return { bytes, scalar, identifiers, setting, password, typed, isKnown: run % 10 !== 7 };
}

beforeAll(async () => ready);

describe('the library as client, the twin as server', () => {
  it(`agree in ${runs} runs, and refuse together`, () => {
    const tally = { agreed: 0, refused: 0 };
    for (let run = 0; run < runs; run += 1) {
      const { bytes, identifiers, setting, password, typed, isKnown } = drawn('twin serves', run);
      const serverKeys = suite.deriveKeys(bytes('server key'));
      const key = oprfKey(suite, bytes('oprf seed', 64), bytes('salt'));
      const record = isKnown
        ? registerWithTwinServer({ password, identifiers, key, publicKey: serverKeys.publicKey })
        : dummyRecord(bytes);
      const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed });
      const answered = respond(setting, {
        ...{ ke1: fromBase64Url(startLoginRequest), record, oprfKey: key, serverKeys },
        ...{ maskingNonce: bytes('masking nonce'), nonce: bytes('nonce'), keyshareSeed: bytes('keyshare') },
      });
      const loginResponse = toBase64Url(answered.ke2);
      const finished = client.finishLogin({
        password: typed,
        clientLoginState,
        loginResponse,
        identifiers,
        keyStretching,
      });
      const isRight = isKnown && typed === password;
      expect(finished !== undefined, `run ${run}`).toBe(isRight);
      tally[isRight ? 'agreed' : 'refused'] += 1;
      if (finished === undefined) continue;
      expect(finished.finishLoginRequest, `KE3 of run ${run}`).toBe(toBase64Url(answered.ke3));
      expect(finished.sessionKey).toBe(toBase64Url(answered.sessionKey));
      expect(finished.serverStaticPublicKey).toBe(toBase64Url(serverKeys.publicKey));
    }
    expect(tally).toEqual({ agreed: runs * 0.8, refused: runs * 0.2 });
    done += runs;
  }, 300_000);
});

describe('the twin as client, the library as server', () => {
  it(`agree in ${runs} runs, and refuse together`, () => {
    const tally = { agreed: 0, refused: 0 };
    const serverSetup = server.createSetup();
    const serverPublicKey = fromBase64Url(server.getPublicKey(serverSetup));
    for (let run = 0; run < runs; run += 1) {
      const { bytes, scalar, identifiers, setting, password, typed, isKnown } = drawn('twin asks', run);
      const userIdentifier = toBase64Url(bytes('salt'));
      const blind = scalar('registration blind');
      const { registrationResponse } = server.createRegistrationResponse({
        ...{ serverSetup, userIdentifier },
        registrationRequest: toBase64Url(suite.blind(utf8(password), blind)),
      });
      const response = fromBase64Url(registrationResponse);
      expect(response.slice(32)).toEqual(serverPublicKey);
      const registered = finishRegistration(setting, {
        ...{ password: utf8(password), blind, evaluated: response.slice(0, 32) },
        ...{ envelopeNonce: bytes('envelope nonce'), serverPublicKey },
      });
      const loginBlind = scalar('login blind');
      const started = startLogin(suite, {
        ...{ password: utf8(typed), blind: loginBlind },
        ...{ nonce: bytes('client nonce'), keyshareSeed: bytes('client keyshare') },
      });
      const { serverLoginState, loginResponse } = server.startLogin({
        ...{ serverSetup, userIdentifier, identifiers },
        registrationRecord: isKnown ? toBase64Url(recordBytes(registered)) : undefined,
        startLoginRequest: toBase64Url(started.ke1),
      });
      const ke2 = fromBase64Url(loginResponse);
      const finished = finishLogin(setting, { ...started, password: utf8(typed), blind: loginBlind, ke2 });
      const isRight = isKnown && typed === password;
      expect(finished !== undefined, `run ${run}`).toBe(isRight);
      tally[isRight ? 'agreed' : 'refused'] += 1;
      if (finished === undefined) continue;
      expect(finished.exportKey).toEqual(registered.exportKey);
      const finishLoginRequest = toBase64Url(finished.ke3);
      expect(server.finishLogin({ serverLoginState, finishLoginRequest }).sessionKey).toBe(
        toBase64Url(finished.sessionKey),
      );
    }
    expect(tally).toEqual({ agreed: runs * 0.8, refused: runs * 0.2 });
    done += runs;
  }, 300_000);

  it('gives a KE2 of the same length to an unknown account', () => {
    const serverSetup = server.createSetup();
    const { startLoginRequest } = client.startLogin({ password: 'any' });
    const input = { serverSetup, userIdentifier: toBase64Url(seed('salt')), startLoginRequest };
    const { registrationRequest, clientRegistrationState } = client.startRegistration({ password: 'any' });
    const { registrationResponse } = server.createRegistrationResponse({ ...input, registrationRequest });
    const { registrationRecord } = client.finishRegistration({
      ...{ password: 'any', clientRegistrationState, registrationResponse, keyStretching },
    });
    const lengths = [undefined, registrationRecord].map(
      (record) => fromBase64Url(server.startLogin({ ...input, registrationRecord: record }).loginResponse).length,
    );
    expect(lengths).toEqual([320, 320]);
  });
});

describe('both directions', () => {
  it('ran, and are written down', () => {
    expect(done).toBe(2 * runs);
    recordProof({
      ...{ proof: 'opaque-interoperation', count: done, seconds: (performance.now() - began) / 1000 },
      asserted:
        'Library and twin agree on KE3, session and export key, and refuse the same wrong passwords and accounts.',
    });
  });
});

function registerWithTwinServer(input: {
  readonly password: string;
  readonly identifiers: { readonly client: string; readonly server: string };
  readonly key: Uint8Array;
  readonly publicKey: Uint8Array;
}): TwinRecord {
  const { password, identifiers } = input;
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const evaluated = suite.evaluate(input.key, fromBase64Url(registrationRequest));
  const registrationResponse = toBase64Url(concatBytes(evaluated, input.publicKey));
  const { registrationRecord } = client.finishRegistration({
    ...{ password, clientRegistrationState, registrationResponse, identifiers, keyStretching },
  });
  const record = fromBase64Url(registrationRecord);
  return { clientPublicKey: record.slice(0, 32), maskingKey: record.slice(32, 96), envelope: record.slice(96) };
}

function dummyRecord(bytes: (name: string, length?: number) => Uint8Array): TwinRecord {
  const clientPublicKey = suite.deriveKeys(bytes('nobody')).publicKey;
  return { clientPublicKey, maskingKey: bytes('masking key', 64), envelope: new Uint8Array(envelopeBytes(suite)) };
}

function recordBytes(record: TwinRecord): Uint8Array {
  return concatBytes(record.clientPublicKey, record.maskingKey, record.envelope);
}
