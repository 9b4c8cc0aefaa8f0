import { existsSync } from 'node:fs';
import {
  createOpaqueServerSetup,
  CryptoError,
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  opaqueServerPublicKey,
  randomBytes,
  type RegistrationRecord,
} from '@coffer/crypto';
import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import { client, ready } from '@serenity-kit/opaque';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpaquePool, type OpaquePool } from './opaque-pool';

const entry = new URL('../../dist/opaque-worker.mjs', import.meta.url);
const keyStretching = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } };
const identities = { client: 'a client', server: 'a server' };
const salt = randomBytes(32);

let pool: OpaquePool;
beforeAll(async () => {
  if (!existsSync(entry)) throw new Error('vault-api is not built: npx nx run vault-api:build');
  await ready;
  const setup = await createOpaqueServerSetup();
  pool = createOpaquePool({ setup, publicKey: await opaqueServerPublicKey(setup), entry, threads: 2 });
});
afterAll(() => pool.close());

async function registered(password: string) {
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const response = await pool.evaluateRegistration(salt, decodeRegistrationRequest(fromBase64Url(registrationRequest)));
  const { registrationRecord } = client.finishRegistration({
    ...{ password, clientRegistrationState, identifiers: identities, keyStretching },
    registrationResponse: toBase64Url(response),
  });
  return decodeRegistrationRecord(fromBase64Url(registrationRecord));
}

describe('createOpaquePool', () => {
  it('registers, evaluates and proves on its threads as one thread does', async () => {
    const record = await registered('right');
    const proven = await Promise.all(
      ['right', 'wrong', 'right', 'right'].map(async (password) => {
        const { clientLoginState, startLoginRequest } = client.startLogin({ password });
        const ke1 = decodeKe1(fromBase64Url(startLoginRequest));
        const { ke2, state } = await pool.startLogin({ salt, record, ke1, identities });
        const finished = client.finishLogin({
          ...{ password, clientLoginState, identifiers: identities, keyStretching },
          loginResponse: toBase64Url(ke2),
        });
        const ke3 = finished === undefined ? randomBytes(64) : fromBase64Url(finished.finishLoginRequest);
        return pool.finishLogin(state, decodeKe3(ke3));
      }),
    );
    expect(proven).toEqual([true, false, true, true]);
  });

  it('keeps the code of an error', async () => {
    const ke1 = decodeKe1(fromBase64Url(client.startLogin({ password: 'any' }).startLoginRequest));
    const record = new Uint8Array(192).fill(255) as RegistrationRecord;
    const failed = pool.startLogin({ salt, record, ke1, identities });
    await expect(failed).rejects.toSatisfy((error) => error instanceof CryptoError && error.code === 'opaque-failed');
  });

  it('refuses what would wait too long, and goes on afterwards', async () => {
    const { registrationRequest } = client.startRegistration({ password: 'any' });
    const request = decodeRegistrationRequest(fromBase64Url(registrationRequest));
    const all = await Promise.allSettled(Array.from({ length: 1_200 }, () => pool.evaluateRegistration(salt, request)));
    const refused = all.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    const codes = new Set(refused.map(({ reason }) => (reason as { code?: string }).code));
    expect(codes).toContain('rate-limited');
    await expect(registered('later')).resolves.toHaveLength(192);
  });
});
