import { concatBytes, fromHex, toHex } from '@coffer/foundation';
import { describeWithTestData } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  envelopeBytes,
  finishLogin,
  finishRegistration,
  oprfKey,
  respond,
  startLogin,
  type TwinSetting,
} from './opaque-twin/opaque-twin';
import { curve25519Suite, p256Suite, ristrettoSuite, type TwinSuite } from './opaque-twin/suite';

interface Vector {
  readonly config: { readonly Group: string; readonly Context: string; readonly Fake: string };
  readonly inputs: Readonly<Record<string, string>>;
  readonly intermediates: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

const suites: Readonly<Record<string, TwinSuite>> = {
  ristretto255: ristrettoSuite,
  curve25519: curve25519Suite,
  'P256_XMD:SHA-256_SSWU_RO_': p256Suite,
};

describeWithTestData('OPAQUE twin over the vectors of RFC 9807, appendix D', (data) => {
  const vectors = data.json('vectors', 'opaque-rfc9807', 'vectors.json') as readonly Vector[];
  const named = vectors.map((vector, at) => [`${at} ${vector.config.Group}`, vector] as const);
  const real = named.filter(([, vector]) => vector.config.Fake === 'False');
  const fake = named.filter(([, vector]) => vector.config.Fake === 'True');

  it('are nine, three of them of unknown accounts', () => {
    expect([real.length, fake.length]).toEqual([6, 3]);
  });

  it.each(real)('%s: registration and login', (_name, vector) => {
    const { setting, given } = readVector(vector);
    const { suite } = setting;
    const key = oprfKey(suite, given('oprf_seed'), given('credential_identifier'));
    const request = suite.blind(given('password'), given('blind_registration'));
    const evaluated = suite.evaluate(key, request);
    const serverKeys = { secretKey: given('server_private_key'), publicKey: given('server_public_key') };
    const registered = finishRegistration(setting, {
      ...{ password: given('password'), blind: given('blind_registration'), evaluated },
      ...{ envelopeNonce: given('envelope_nonce'), serverPublicKey: serverKeys.publicKey },
    });
    const { ke1, keyshare } = startLogin(suite, {
      ...{ password: given('password'), blind: given('blind_login') },
      ...{ nonce: given('client_nonce'), keyshareSeed: given('client_keyshare_seed') },
    });
    const answered = respond(setting, {
      ...{ ke1, record: registered, oprfKey: key, serverKeys },
      ...{ maskingNonce: given('masking_nonce'), nonce: given('server_nonce') },
      keyshareSeed: given('server_keyshare_seed'),
    });
    const finished = finishLogin(setting, {
      ...{ password: given('password'), blind: given('blind_login'), ke1, keyshare, ke2: answered.ke2 },
    });
    const record = concatBytes(registered.clientPublicKey, registered.maskingKey, registered.envelope);
    expect({
      oprf_key: toHex(key),
      randomized_password: toHex(registered.randomizedPassword),
      envelope: toHex(registered.envelope),
      server_mac_key: toHex(answered.serverMacKey),
    }).toEqual(pick(vector.intermediates, ['oprf_key', 'randomized_password', 'envelope', 'server_mac_key']));
    expect({
      registration_request: toHex(request),
      registration_response: toHex(concatBytes(evaluated, serverKeys.publicKey)),
      registration_upload: toHex(record),
      KE1: toHex(ke1),
      KE2: toHex(answered.ke2),
      KE3: toHex(answered.ke3),
      session_key: toHex(answered.sessionKey),
      export_key: toHex(registered.exportKey),
    }).toEqual(vector.outputs);
    expect([finished?.ke3, finished?.sessionKey, finished?.exportKey]).toEqual([
      answered.ke3,
      answered.sessionKey,
      registered.exportKey,
    ]);
  });

  it.each(fake)('%s: KE2 of an unknown account', (_name, vector) => {
    const { setting, given } = readVector(vector);
    const answered = respond(setting, {
      ke1: given('KE1'),
      record: {
        clientPublicKey: given('client_public_key'),
        maskingKey: given('masking_key'),
        envelope: new Uint8Array(envelopeBytes(setting.suite)),
      },
      oprfKey: oprfKey(setting.suite, given('oprf_seed'), given('credential_identifier')),
      serverKeys: { secretKey: given('server_private_key'), publicKey: given('server_public_key') },
      ...{ maskingNonce: given('masking_nonce'), nonce: given('server_nonce') },
      keyshareSeed: given('server_keyshare_seed'),
    });
    expect(toHex(answered.ke2)).toBe(vector.outputs['KE2']);
  });
});

describe('the twin itself', () => {
  it('refuses a wrong password and every flipped byte of KE2', () => {
    const setting: TwinSetting = { suite: ristrettoSuite, context: new Uint8Array(), stretch: (output) => output };
    const bytes = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill);
    const scalar = ristrettoSuite.deriveKeys(bytes(1)).secretKey;
    const serverKeys = ristrettoSuite.deriveKeys(bytes(2));
    const key = oprfKey(ristrettoSuite, bytes(3, 64), bytes(4));
    const password = bytes(5, 8);
    const registered = finishRegistration(setting, {
      ...{ password, blind: scalar, evaluated: ristrettoSuite.evaluate(key, ristrettoSuite.blind(password, scalar)) },
      ...{ envelopeNonce: bytes(6), serverPublicKey: serverKeys.publicKey },
    });
    const { ke1, keyshare } = startLogin(ristrettoSuite, {
      password,
      blind: scalar,
      nonce: bytes(7),
      keyshareSeed: bytes(8),
    });
    const { ke2 } = respond(setting, {
      ...{ ke1, record: registered, oprfKey: key, serverKeys },
      ...{ maskingNonce: bytes(9), nonce: bytes(10), keyshareSeed: bytes(11) },
    });
    const login = { password, blind: scalar, ke1, keyshare, ke2 };
    expect(finishLogin(setting, login)).toBeDefined();
    expect(finishLogin(setting, { ...login, password: bytes(12, 8) })).toBeUndefined();
    for (let at = 32; at < ke2.length; at += 17) {
      const damaged = ke2.slice();
      damaged[at]! ^= 1;
      expect(
        outcome(() => finishLogin(setting, { ...login, ke2: damaged })),
        `byte ${at}`,
      ).toBe('refused');
    }
  });
});

/** A damaged element may not even decode. */
function outcome(run: () => unknown): 'refused' | 'accepted' {
  try {
    return run() === undefined ? 'refused' : 'accepted';
  } catch {
    return 'refused';
  }
}

function readVector(vector: Vector): { readonly setting: TwinSetting; readonly given: (name: string) => Uint8Array } {
  const given = (name: string): Uint8Array => fromHex(vector.inputs[name] ?? '');
  const suite = suites[vector.config.Group];
  if (suite === undefined) throw new RangeError(`no suite ${vector.config.Group}`);
  const identities = {
    ...(vector.inputs['client_identity'] === undefined ? {} : { clientIdentity: given('client_identity') }),
    ...(vector.inputs['server_identity'] === undefined ? {} : { serverIdentity: given('server_identity') }),
  };
  return {
    setting: { suite, context: fromHex(vector.config.Context), stretch: (output) => output, ...identities },
    given,
  };
}

function pick(from: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
