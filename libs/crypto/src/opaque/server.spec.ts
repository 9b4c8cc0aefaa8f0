import { client, ready } from '@serenity-kit/opaque';

import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  opaqueMessageBytes,
} from './messages';
import type { Ke3, RegistrationRecord } from './messages';
import {
  createDummyOpaqueRecord,
  createOpaqueRegistrationResponse,
  createOpaqueServerSetup,
  finishOpaqueLogin,
  opaqueLoginStateBytes,
  opaqueServerPublicKey,
  opaqueServerSetupBytes,
  requireOpaqueLoginState,
  requireOpaqueServerSetup,
  startOpaqueLogin,
  type OpaqueServerSetup,
} from './server';

// These tests are about the server half: the smallest key stretching that the library takes keeps them quick.
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } };
const identities = { client: 'client', server: 'server' };
const salt = seed('salt');
const opaqueFailed = expect.objectContaining({ code: 'opaque-failed' }) as Error;

let setup: OpaqueServerSetup;
let record: RegistrationRecord;

async function register(password: string): Promise<RegistrationRecord> {
  const { registrationRequest, clientRegistrationState } = client.startRegistration({ password });
  const request = decodeRegistrationRequest(fromBase64Url(registrationRequest));
  const response = await createOpaqueRegistrationResponse({ setup, salt, request });
  expect(response).toHaveLength(opaqueMessageBytes.registrationResponse);
  const finished = client.finishRegistration({
    password,
    clientRegistrationState,
    registrationResponse: toBase64Url(response),
    identifiers: identities,
    keyStretching,
  });
  return decodeRegistrationRecord(fromBase64Url(finished.registrationRecord));
}

function startDevice(password: string) {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const finish = (ke2: Uint8Array) =>
    client.finishLogin({
      password,
      clientLoginState,
      loginResponse: toBase64Url(ke2),
      identifiers: identities,
      keyStretching,
    });
  return { ke1: decodeKe1(fromBase64Url(startLoginRequest)), finish };
}

beforeAll(async () => {
  await ready;
  setup = await createOpaqueServerSetup();
  record = await register('correct horse');
});

describe('createOpaqueServerSetup', () => {
  it('gives 128 new bytes whose public key is stable', async () => {
    expect(setup).toHaveLength(opaqueServerSetupBytes);
    const other = await createOpaqueServerSetup();
    expect(other).not.toEqual(setup);
    const publicKey = await opaqueServerPublicKey(setup);
    expect(publicKey).toHaveLength(32);
    expect(await opaqueServerPublicKey(requireOpaqueServerSetup(setup.slice()))).toEqual(publicKey);
  });

  it('is refused when damaged', async () => {
    expect(() => requireOpaqueServerSetup(new Uint8Array(127))).toThrow();
    const broken = requireOpaqueServerSetup(new Uint8Array(128).fill(0xff));
    await expect(opaqueServerPublicKey(broken)).rejects.toThrow(opaqueFailed);
  });
});

describe('startOpaqueLogin and finishOpaqueLogin', () => {
  it('end in the same session key when the password is right', async () => {
    const device = startDevice('correct horse');
    const { state, ke2 } = await startOpaqueLogin({ setup, salt, record, ke1: device.ke1, identities });
    expect([state.length, ke2.length]).toEqual([opaqueLoginStateBytes, opaqueMessageBytes.ke2]);
    const finished = device.finish(ke2)!;
    const outcome = await finishOpaqueLogin(
      requireOpaqueLoginState(state.slice()),
      decodeKe3(fromBase64Url(finished.finishLoginRequest)),
    );
    expect(outcome).toEqual({ outcome: 'ok', sessionKey: fromBase64Url(finished.sessionKey) });
  });

  it('answer "invalid" when KE3 is not the one', async () => {
    const { state } = await startOpaqueLogin({ setup, salt, record, ke1: startDevice('x').ke1, identities });
    for (const ke3 of [new Uint8Array(64), seed('ke3', 64)]) {
      expect(await finishOpaqueLogin(state, decodeKe3(ke3))).toEqual({ outcome: 'invalid' });
    }
  });

  it('give a KE2 that no wrong password, salt, identity or set-up opens', async () => {
    const start = { setup, salt, record, identities };
    const attempts = [
      { password: 'wrong horse', input: start },
      { password: 'correct horse', input: { ...start, salt: seed('other salt') } },
      { password: 'correct horse', input: { ...start, identities: { ...identities, client: 'other' } } },
      { password: 'correct horse', input: { ...start, identities: { ...identities, server: 'other' } } },
      { password: 'correct horse', input: { ...start, setup: await createOpaqueServerSetup() } },
    ];
    for (const { password, input } of attempts) {
      const device = startDevice(password);
      const { ke2 } = await startOpaqueLogin({ ...input, ke1: device.ke1 });
      expect(device.finish(ke2)).toBeUndefined();
    }
  });

  it('throw opaque-failed when stored input does not decode, never "invalid"', async () => {
    const { ke1 } = startDevice('x');
    const shortRecord = record.subarray(1) as RegistrationRecord;
    await expect(startOpaqueLogin({ setup, salt, record: shortRecord, ke1, identities })).rejects.toThrow(opaqueFailed);
    const { state } = await startOpaqueLogin({ setup, salt, record, ke1, identities });
    await expect(finishOpaqueLogin(state, new Uint8Array(63) as Ke3)).rejects.toThrow(opaqueFailed);
    expect(() => requireOpaqueLoginState(state.subarray(1))).toThrow();
  });

  it('hold the expected KE3 in the state, which is why states are sealed', async () => {
    const device = startDevice('correct horse');
    const { state, ke2 } = await startOpaqueLogin({ setup, salt, record, ke1: device.ke1, identities });
    const ke3 = fromBase64Url(device.finish(ke2)!.finishLoginRequest);
    expect(Buffer.from(state).includes(Buffer.from(ke3))).toBe(true);
  });
});

describe('createDummyOpaqueRecord', () => {
  it('goes through the same code with the same sizes, and no KE3 fits', async () => {
    const dummy = createDummyOpaqueRecord();
    expect(dummy).toHaveLength(opaqueMessageBytes.registrationRecord);
    expect(createDummyOpaqueRecord()).not.toEqual(dummy);
    const device = startDevice('correct horse');
    const { state, ke2 } = await startOpaqueLogin({ setup, salt, record: dummy, ke1: device.ke1, identities });
    expect([state.length, ke2.length]).toEqual([opaqueLoginStateBytes, opaqueMessageBytes.ke2]);
    expect(device.finish(ke2)).toBeUndefined();
    expect(await finishOpaqueLogin(state, decodeKe3(seed('ke3', 64)))).toEqual({ outcome: 'invalid' });
  });
});
