import { concatBytes, fromBase64Url, toBase64Url } from '@coffer/foundation';
import { client, ready, server } from '@serenity-kit/opaque';
import { beforeAll, describe, expect, it } from 'vitest';

/** The least work that the library takes: what is tested here is the protocol. */
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } };
const identifiers = { client: 'ada', server: 'vault' };
const password = 'correct horse';
const userIdentifier = toBase64Url(new Uint8Array(32).fill(7));

/** Parts of KE1 and KE2 in bytes (RFC 9807, section 6.1, ristretto255-SHA512). */
const ke1Parts = { element: [0, 32], nonce: [32, 64], keyshare: [64, 96] } as const;
const ke2Parts = {
  element: [0, 32],
  maskingNonce: [32, 64],
  nonce: [192, 224],
  keyshare: [224, 256],
  mac: [256, 320],
} as const;

beforeAll(async () => ready);

/** A registered account and a login that is under way. */
function login() {
  const serverSetup = server.createSetup();
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const { registrationResponse } = server.createRegistrationResponse({
    ...{ serverSetup, userIdentifier, registrationRequest },
  });
  const { registrationRecord } = client.finishRegistration({
    ...{ clientRegistrationState, registrationResponse, password, identifiers, keyStretching },
  });
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const { serverLoginState, loginResponse } = server.startLogin({
    ...{ serverSetup, userIdentifier, registrationRecord, startLoginRequest, identifiers },
  });
  return {
    clientLoginState,
    serverLoginState,
    ke1: fromBase64Url(startLoginRequest),
    ke2: fromBase64Url(loginResponse),
  };
}

function answeredBy(clientLoginState: string, ke2: Uint8Array): string | undefined {
  try {
    const loginResponse = toBase64Url(ke2);
    return client.finishLogin({ clientLoginState, loginResponse, password, identifiers, keyStretching })
      ?.finishLoginRequest;
  } catch {
    return undefined;
  }
}

function isTaken(serverLoginState: string, ke3: Uint8Array): boolean {
  try {
    server.finishLogin({ serverLoginState, finishLoginRequest: toBase64Url(ke3) });
    return true;
  } catch {
    return false;
  }
}

describe('A25: a party that is sent its own values back', () => {
  it('is no party to anything: the login without such values succeeds', () => {
    const { clientLoginState, serverLoginState, ke2 } = login();
    const ke3 = answeredBy(clientLoginState, ke2);
    expect(ke3).toBeDefined();
    expect(isTaken(serverLoginState, fromBase64Url(ke3!))).toBe(true);
  });

  it.each([
    ['its blinded element as the evaluated one', 'element', 'element'],
    ['its nonce as the nonce of the server', 'nonce', 'nonce'],
    ['its nonce as the masking nonce', 'maskingNonce', 'nonce'],
    ['its key share as the key share of the server', 'keyshare', 'keyshare'],
  ] as const)('as a device refuses %s', (_name, into, from) => {
    const { clientLoginState, ke1, ke2 } = login();
    const echoed = ke2.slice();
    echoed.set(ke1.subarray(...ke1Parts[from]), ke2Parts[into][0]);
    expect(answeredBy(clientLoginState, echoed)).toBeUndefined();
  });

  it('as a device refuses its own KE1, as long as a KE2', () => {
    const { clientLoginState, ke1 } = login();
    expect(answeredBy(clientLoginState, ke1)).toBeUndefined();
    const filled = concatBytes(ke1, ke1, ke1, ke1).slice(0, 320);
    expect(filled).toHaveLength(320);
    expect(answeredBy(clientLoginState, filled)).toBeUndefined();
  });

  it.each([
    ['its own MAC', ke2Parts.mac],
    ['its evaluated element and masking nonce', [0, 64]],
    ['its nonce and key share', [192, 256]],
  ] as const)('as a vault refuses %s as KE3', (_name, part) => {
    const { serverLoginState, ke2 } = login();
    expect(isTaken(serverLoginState, ke2.slice(...part))).toBe(false);
  });

  it('as a vault refuses the KE3 of another login of the same account', () => {
    const [first, second] = [login(), login()];
    const ke3 = answeredBy(first.clientLoginState, first.ke2)!;
    expect(isTaken(second.serverLoginState, fromBase64Url(ke3))).toBe(false);
  });
});
