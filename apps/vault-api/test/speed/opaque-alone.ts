import {
  createOpaqueServerSetup,
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  createOpaqueRegistrationResponse,
  finishOpaqueLogin,
  opaqueServerPublicKey,
  randomBytes,
  startOpaqueLogin,
} from '@coffer/crypto';
import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import { client, ready } from '@serenity-kit/opaque';
import { createOpaquePool } from '../../src/opaque/opaque-pool';

const keyStretching = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } } as const;
const identities = { client: 'a client', server: 'a server' };
const password = 'correct horse battery';

/** What the server half of OPAQUE is given in a login, so often. */
async function logins(count: number) {
  await ready;
  const setup = await createOpaqueServerSetup();
  const salt = randomBytes(32);
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const request = decodeRegistrationRequest(fromBase64Url(registrationRequest));
  const response = await createOpaqueRegistrationResponse({ setup, salt, request });
  const { registrationRecord } = client.finishRegistration({
    ...{ password, clientRegistrationState, identifiers: identities, keyStretching },
    registrationResponse: toBase64Url(response),
  });
  const record = decodeRegistrationRecord(fromBase64Url(registrationRecord));
  const attempts = Array.from({ length: count }, () => {
    const { clientLoginState, startLoginRequest } = client.startLogin({ password });
    return { clientLoginState, ke1: decodeKe1(fromBase64Url(startLoginRequest)) };
  });
  const ke3Of = (clientLoginState: string, ke2: Uint8Array) => {
    const loginResponse = toBase64Url(ke2);
    const finished = client.finishLogin({
      password,
      clientLoginState,
      loginResponse,
      identifiers: identities,
      keyStretching,
    });
    return decodeKe3(fromBase64Url(finished!.finishLoginRequest));
  };
  return { setup, salt, record, attempts, ke3Of };
}

export interface OpaqueFigures {
  /** Evaluations (startLogin) of one thread in a CPU second. */
  readonly startLogins: number;
  /** Whole logins (startLogin and finishLogin) of one thread in a CPU second. */
  readonly logins: number;
}

/** The server half of OPAQUE with nothing around it, on this thread. */
export async function measureOpaqueAlone(count: number): Promise<OpaqueFigures> {
  const { setup, salt, record, attempts, ke3Of } = await logins(count);
  const cpu = (): number => process.cpuUsage().user + process.cpuUsage().system;
  let started = cpu();
  const states = [];
  for (const { ke1 } of attempts) states.push(await startOpaqueLogin({ setup, salt, record, ke1, identities }));
  const startSeconds = (cpu() - started) / 1e6;
  const finishing = states.map(({ state, ke2 }, index) => ({
    state,
    ke3: ke3Of(attempts[index]!.clientLoginState, ke2),
  }));
  started = cpu();
  for (const { state, ke3 } of finishing) {
    const { outcome } = await finishOpaqueLogin(state, ke3);
    if (outcome !== 'ok') throw new Error('a right password was refused');
  }
  const finishSeconds = (cpu() - started) / 1e6;
  return { startLogins: count / startSeconds, logins: count / (startSeconds + finishSeconds) };
}

/** Evaluations in a second of the pool that the API uses, with so many threads; median of `runs`. */
export async function measurePool(threads: number, count: number, runs: number): Promise<number> {
  const { setup, salt, record, attempts } = await logins(count);
  const entry = new URL('../../dist/opaque-worker.mjs', import.meta.url);
  const pool = createOpaquePool({ setup, publicKey: await opaqueServerPublicKey(setup), entry, threads });
  try {
    const rates: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const started = performance.now();
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < count) await pool.startLogin({ salt, record, ke1: attempts[next++]!.ke1, identities });
      };
      await Promise.all(Array.from({ length: threads * 8 }, lane));
      // The first run loads the library.
      if (run > 0) rates.push((count * 1000) / (performance.now() - started));
    }
    return rates.sort((left, right) => left - right)[Math.floor(runs / 2)]!;
  } finally {
    await pool.close();
  }
}
