import { argon2Sync, createHmac } from 'node:crypto';

import { ristretto255_oprf } from '@noble/curves/ed25519.js';

import {
  createDummyOpaqueRecord,
  createOpaqueRegistrationResponse,
  createOpaqueServerSetup,
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  defaultArgon2Parameters,
  finishOpaqueLogin,
  opaqueIdentities,
  opaqueServerPublicKey,
  startOpaqueLogin,
  type OpaqueServerSetup,
} from '@coffer/crypto';
import { concatBytes, toBase64Url, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { beforeAll, describe, expect, it } from 'vitest';

import { deriveKeyId, requireBackupKey, type ExportKey } from './key-hierarchy';
import { preparePassword } from './opaque-string';
import {
  finishPasswordRecovery,
  finishPasswordRegistration,
  startPasswordRecovery,
  startPasswordRegistration,
  type KeyslotAgreement,
} from './password-keyslot';
import { openSealedBackupKey, sealBackupKey } from './sealed-backup-key';

const salt = seed('salt');
const account = { issuer: 'https://login.example', subject: 'ada', serial: 9, ksf: defaultArgon2Parameters };
const identities = opaqueIdentities(account, 'vault-1');
const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

let setup: OpaqueServerSetup;
let agreement: KeyslotAgreement;
let registered: { record: Uint8Array; exportKey: ExportKey };

async function register(terms: KeyslotAgreement) {
  const { request, state } = await startPasswordRegistration(terms.password);
  const response = await createOpaqueRegistrationResponse({ setup, salt, request: decodeRegistrationRequest(request) });
  return finishPasswordRegistration(state, response, terms);
}

/** One recovery against the vault's half; `ke2Fault` changes KE2 on its way. */
async function recover(terms: KeyslotAgreement, ke2Fault: (ke2: Uint8Array) => Uint8Array = (ke2) => ke2) {
  const device = await startPasswordRecovery(terms.password);
  const { state, ke2 } = await startOpaqueLogin({
    setup,
    salt,
    record: decodeRegistrationRecord(registered.record),
    ke1: decodeKe1(device.ke1),
    identities,
  });
  const finished = await finishPasswordRecovery(device.state, ke2Fault(ke2), terms);
  return { ...finished, outcome: await finishOpaqueLogin(state, decodeKe3(finished.ke3)) };
}

beforeAll(async () => {
  setup = await createOpaqueServerSetup();
  agreement = {
    password: preparePassword('correct horse'),
    ksf: defaultArgon2Parameters,
    identities,
    pinnedServerPublicKey: await opaqueServerPublicKey(setup),
  };
  registered = await register(agreement);
});

describe('registration and recovery', () => {
  it('end in the same export key, which opens the sealed backup key, and in one session key', async () => {
    const recovered = await recover(agreement);
    expect(toHex(recovered.exportKey)).toBe(toHex(registered.exportKey));
    expect(recovered.outcome).toEqual({ outcome: 'ok', sessionKey: recovered.sessionKey });

    const backupKey = requireBackupKey(seed('backup key'));
    const keyslot = {
      account,
      serial: 9,
      vaultId: 'vault-1',
      keyId: deriveKeyId(backupKey),
      ksf: defaultArgon2Parameters,
    };
    const sealed = sealBackupKey(registered.exportKey, keyslot, backupKey);
    expect(openSealedBackupKey(recovered.exportKey, keyslot, sealed)).toEqual(backupKey);
  });

  it('open with the same password typed in another Unicode form', async () => {
    const composed = { ...agreement, password: preparePassword('caf\u00e9') };
    registered = await register(composed);
    await expect(recover({ ...agreement, password: preparePassword('cafe\u0301') })).resolves.toBeDefined();
    registered = await register(agreement);
  });

  it('say wrong-password when the password is wrong', async () => {
    const wrong = { ...agreement, password: preparePassword('wrong horse') };
    await expect(recover(wrong)).rejects.toThrow(coded('wrong-password'));
  });

  it.each([
    ['serial', opaqueIdentities({ ...account, serial: 10 }, 'vault-1')],
    ['subject', opaqueIdentities({ ...account, subject: 'bob' }, 'vault-1')],
    ['vault', opaqueIdentities(account, 'vault-2')],
  ])('do not fit another %s', async (_what, others) => {
    await expect(recover({ ...agreement, identities: others })).rejects.toThrow(coded('wrong-password'));
  });

  it('do not fit other work', async () => {
    const ksf = { ...defaultArgon2Parameters, iterations: 4 };
    await expect(recover({ ...agreement, ksf })).rejects.toThrow(coded('wrong-password'));
  });
});

describe('finishPasswordRegistration', () => {
  it('B05: stops hard when the server shows another key than the pinned one', async () => {
    const pinned = { ...agreement, pinnedServerPublicKey: seed('other') };
    await expect(register(pinned)).rejects.toThrow(coded('server-key-mismatch'));
  });

  it('refuses work out of range, and messages of another length or without a point', async () => {
    const { state } = await startPasswordRegistration(agreement.password);
    const weak = { ...agreement, ksf: { ...defaultArgon2Parameters, memoryKiB: 8 } };
    await expect(finishPasswordRegistration(state, new Uint8Array(64), weak)).rejects.toThrow(
      coded('parameters-out-of-range'),
    );
    await expect(finishPasswordRegistration(state, new Uint8Array(63), agreement)).rejects.toThrow(
      coded('malformed-message'),
    );
    const noPoint = concatBytes(new Uint8Array(32).fill(0xff), agreement.pinnedServerPublicKey);
    await expect(finishPasswordRegistration(state, noPoint, agreement)).rejects.toThrow(coded('malformed-message'));
  });
});

describe('finishPasswordRecovery', () => {
  it('B05: stops hard when the server is not the pinned one, and gives no KE3', async () => {
    const pinned = { ...agreement, pinnedServerPublicKey: seed('other') };
    await expect(recover(pinned)).rejects.toThrow(coded('server-key-mismatch'));
  });

  it('refuses work out of range and messages of another length', async () => {
    const { state } = await startPasswordRecovery(agreement.password);
    const heavy = { ...agreement, ksf: { ...defaultArgon2Parameters, iterations: 11 } };
    await expect(finishPasswordRecovery(state, new Uint8Array(320), heavy)).rejects.toThrow(
      coded('parameters-out-of-range'),
    );
    await expect(finishPasswordRecovery(state, new Uint8Array(319), agreement)).rejects.toThrow(
      coded('malformed-message'),
    );
  });

  property.prop([fc.nat({ max: 320 * 8 - 1 })], { numRuns: 12 })('refuses any flipped bit of KE2', async (bit) => {
    const flipped = recover(agreement, (ke2) =>
      ke2.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
    );
    await expect(flipped).rejects.toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(wrong-password|malformed-message)$/) as string,
      }) as Error,
    );
  });

  it('sees no difference between a wrong password and an account without a record', async () => {
    const device = await startPasswordRecovery(agreement.password);
    const record = createDummyOpaqueRecord();
    const { ke2 } = await startOpaqueLogin({ setup, salt, record, ke1: decodeKe1(device.ke1), identities });
    await expect(finishPasswordRecovery(device.state, ke2, agreement)).rejects.toThrow(coded('wrong-password'));
  });
});

describe('the library', () => {
  // The twin: RFC 9807 by hand, from the server's OPRF seed to the export key. It proves that what the library calls Argon2id
  // with our parameters is Argon2id with our parameters, and that nothing else goes into the key.
  it('derives the export key as RFC 9807 says', () => {
    const expand = (secret: Uint8Array, info: Uint8Array, length: number): Buffer => {
      const blocks: Buffer[] = [];
      for (let counter = 1; Buffer.concat(blocks).length < length; counter++) {
        const mac = createHmac('sha512', secret).update(blocks.at(-1) ?? Buffer.alloc(0));
        blocks.push(mac.update(info).update(Uint8Array.of(counter)).digest());
      }
      return Buffer.concat(blocks).subarray(0, length);
    };
    const credentialId = utf8(toBase64Url(salt));
    const oprfSeed = setup.subarray(0, 64);
    const keySeed = expand(oprfSeed, concatBytes(credentialId, utf8('OprfKey')), 32);
    const { secretKey } = ristretto255_oprf.oprf.deriveKeyPair(keySeed, utf8('OPAQUE-DeriveKeyPair'));
    const input = utf8(agreement.password);
    const { blind, blinded } = ristretto255_oprf.oprf.blind(input);
    const evaluated = ristretto255_oprf.oprf.blindEvaluate(secretKey, blinded);
    const oprfOutput = ristretto255_oprf.oprf.finalize(input, blind, evaluated);
    const stretched = argon2Sync('argon2id', {
      message: oprfOutput,
      nonce: Buffer.alloc(16),
      memory: 65_536,
      passes: 3,
      parallelism: 4,
      tagLength: 64,
    });
    const randomizedPassword = createHmac('sha512', Buffer.alloc(0)).update(oprfOutput).update(stretched).digest();
    const envelopeNonce = registered.record.subarray(96, 128);
    const exportKey = expand(randomizedPassword, concatBytes(envelopeNonce, utf8('ExportKey')), 64);
    expect(toHex(registered.exportKey)).toBe(exportKey.toString('hex'));
  });
});
