import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithSoftHsm } from '@coffer/test-kit';
import { systemClock, utf8 } from '@coffer/foundation';
import type { SealingKeys } from '@coffer/key-vault';
import { knownOf, row, sealerContract } from '../../test/sealer-contract';
import { labelOf, pkcs11js, secretKeys, startTokenGround, type TokenGround } from '../../test/token-ground';
import { openPkcs11Sealer, openSealer, sealerChoice, sealerVariables } from '../index';
import { z } from 'zod';

describeWithSoftHsm('a PKCS#11 sealer by AES-GCM in the token', () => {
  sealerContract('pkcs11', () => startTokenGround('aes-gcm'));
});

describeWithSoftHsm('a PKCS#11 sealer by HMAC in the token', () => {
  sealerContract('pkcs11', () => startTokenGround('hmac'));
});

describeWithSoftHsm('the token', () => {
  let ground: TokenGround;
  beforeAll(async () => {
    ground = await startTokenGround('aes-gcm');
  });
  afterAll(() => ground.stop());

  const withSealer = async (deployment: string, work: (sealer: SealingKeys) => Promise<void>): Promise<void> => {
    const sealer = await openPkcs11Sealer({ ...ground.options(deployment), known: undefined });
    try {
      await work(sealer);
    } finally {
      await sealer.close();
    }
  };

  it('holds a root and one AES-256 key, which name deployment and epoch and never leave it', async () => {
    await withSealer('kept', async (sealer) => {
      ground.inside((pkcs11, session) => {
        const keys = secretKeys(pkcs11, session);
        const labels = keys.map((key) => labelOf(pkcs11, session, key));
        const at = sealer.epochs()[0]!.createdAtMs;
        expect(labels.filter((label) => label.startsWith('kept/')).sort()).toEqual([`kept/epoch/1/${at}`, 'kept/root']);
        for (const key of keys) {
          const flags = [
            ...[pkcs11js.CKA_EXTRACTABLE, pkcs11js.CKA_SENSITIVE, pkcs11js.CKA_NEVER_EXTRACTABLE, pkcs11js.CKA_PRIVATE],
            pkcs11js.CKA_VALUE_LEN,
          ];
          const values = pkcs11.C_GetAttributeValue(
            session,
            key,
            flags.map((type) => ({ type })),
          );
          expect(values.map(({ value }) => value[0])).toEqual([0, 1, 1, 1, 32]);
          expect(() => pkcs11.C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_VALUE }])).toThrow(
            'CKR_ATTRIBUTE_SENSITIVE',
          );
        }
        const types = keys.map(
          (key) => pkcs11.C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_KEY_TYPE }])[0]!,
        );
        expect(types.map(({ value }) => value.readUInt32LE()).sort()).toEqual([
          pkcs11js.CKK_GENERIC_SECRET,
          pkcs11js.CKK_AES,
        ]);
      });
    });
  });

  it('is not used with a key that can be taken out of it', async () => {
    ground.inside((pkcs11, session) => {
      pkcs11.C_GenerateKey(session, { mechanism: pkcs11js.CKM_GENERIC_SECRET_KEY_GEN }, [
        { type: pkcs11js.CKA_LABEL, value: 'loose/root' },
        { type: pkcs11js.CKA_TOKEN, value: true },
        { type: pkcs11js.CKA_EXTRACTABLE, value: true },
        { type: pkcs11js.CKA_SIGN, value: true },
        { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
      ]);
    });
    await expect(openPkcs11Sealer({ ...ground.options('loose'), known: undefined })).rejects.toMatchObject({
      code: 'key-exposed',
    });
  });

  it('goes on with the keys that the database names where two processes made the first ones at once', async () => {
    const twice = await Promise.all(
      [1, 2].map(() => openPkcs11Sealer({ ...ground.options('twins'), known: undefined })),
    );
    const sealed = await Promise.all(twice.map((sealer) => sealer.seal(utf8('x'), row)));
    for (const [index, sealer] of twice.entries()) {
      const again = await openPkcs11Sealer({ ...ground.options('twins'), known: knownOf(sealer) });
      expect(again.rootId).toEqual(sealer.rootId);
      expect(await again.open(sealed[index]!, row)).toEqual(utf8('x'));
      await again.close();
    }
    for (const sealer of twice) await sealer.close();
  });

  it.each<[string, (on: TokenGround) => void]>([
    ['its sessions were closed (CKR_SESSION_HANDLE_INVALID)', closeSessions],
    ['its user was logged out', (on) => on.inside((pkcs11, session) => pkcs11.C_Logout(session))],
    ['the library was ended (CKR_CRYPTOKI_NOT_INITIALIZED)', (on) => on.endLibrary()],
  ])('is connected anew when %s, under load', async (_name, harm) => {
    await withSealer('mended', async (sealer) => {
      const sealed = await sealer.seal(utf8('x'), row);
      for (let round = 0; round < 3; round++) {
        harm(ground);
        const all = await Promise.all(Array.from({ length: 40 }, () => sealer.open(sealed, row)));
        for (const plaintext of all) expect(plaintext).toEqual(utf8('x'));
        expect(await sealer.mac(utf8('m'), row)).toHaveLength(32);
        expect(await sealer.problem()).toBeUndefined();
      }
    });
  });

  it('is out of reach, with the reason, while it is unplugged, and serves again afterwards', async () => {
    await withSealer('unplugged', async (sealer) => {
      const sealed = await sealer.seal(utf8('x'), row);
      const plugIn = await ground.hsm.unplug();
      ground.endLibrary();
      await expect(sealer.open(sealed, row)).rejects.toMatchObject({ code: 'unavailable', isRetryable: true });
      await expect(sealer.seal(utf8('y'), row)).rejects.toMatchObject({ code: 'unavailable' });
      expect(await sealer.problem()).toMatch(/There is no token labelled "coffer aes-gcm"/);
      const fresh = openPkcs11Sealer({ ...ground.options('unplugged'), known: knownOf(sealer) });
      await expect(fresh).rejects.toMatchObject({ code: 'unavailable' });
      await plugIn();
      await expect.poll(() => sealer.problem(), { timeout: 20_000 }).toBeUndefined();
      expect(await sealer.open(sealed, row)).toEqual(utf8('x'));
    });
  });

  it('is tried once with a wrong PIN, which is never told', async () => {
    let asked = 0;
    const pin = 'a-pin-that-is-wrong';
    const options = {
      ...ground.options('refused'),
      pin: async () => {
        asked++;
        return pin;
      },
    };
    const error: unknown = await openPkcs11Sealer({ ...options, known: undefined }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'token-refused', message: expect.stringContaining('CKR_PIN_INCORRECT') });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(pin);
    expect(asked).toBe(1);
  });

  it('is not tried again with a PIN that was changed while it ran', async () => {
    const file = join(ground.hsm.folder, 'pin');
    const right = await ground.options('changed').pin();
    await writeFile(file, `${right}\n`, { mode: 0o600 });
    const variables = z.object(sealerVariables).parse({
      COFFER_SEALER: 'pkcs11',
      COFFER_PKCS11_MODULE: ground.hsm.module,
      COFFER_PKCS11_TOKEN: 'coffer aes-gcm',
      COFFER_PKCS11_PIN_FILE: file,
      COFFER_PKCS11_LABEL: 'changed',
    });
    const choice = sealerChoice(variables, '/nowhere');
    expect(inspect(choice, { depth: 10 })).not.toContain(right);
    const sealer = await openSealer(choice, undefined, systemClock);
    await writeFile(file, 'another');
    closeSessions(ground);
    await expect(sealer.mac(utf8('m'), row)).rejects.toMatchObject({ code: 'token-refused' });
    await writeFile(file, right);
    await pause(1_100);
    await expect(sealer.mac(utf8('m'), row)).rejects.toMatchObject({ code: 'token-refused' });
    expect(await sealer.problem()).toMatch(/the PIN is wrong/);
    await sealer.close();
    await chmod(file, 0o644);
    await expect(openSealer(choice, undefined, systemClock)).rejects.toMatchObject({ code: 'key-exposed' });
    await chmod(file, 0o600);
    await (await openSealer(choice, undefined, systemClock)).close();
  });

  it.each([
    ['a library that is not there', { module: '/nowhere/lib.so' }, 'token-refused', /COFFER_PKCS11_MODULE/],
    ['a token that is not there', { token: { label: 'another' } }, 'unavailable', /labelled "another"/],
    ['a slot that is not there', { token: { slot: 4_000_000_000 } }, 'unavailable', /in slot 4000000000/],
  ] as const)('is told apart from %s', async (_name, change, code, message) => {
    const opening = openPkcs11Sealer({ ...ground.options('apart'), ...change, known: undefined });
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is found by its slot, too', async () => {
    const slot = ground.inside((_pkcs11, _session, each) => Number(each.readBigUInt64LE()));
    await (await openPkcs11Sealer({ ...ground.options('slot'), token: { slot }, known: undefined })).close();
  });

  it('opens under the mechanism that a key was made for, whichever new ones get', async () => {
    await withSealer('changing', async (sealer) => {
      const sealed = await sealer.seal(utf8('x'), row);
      const options = { ...ground.options('changing'), mechanism: 'hmac' } as const;
      const other = await openPkcs11Sealer({ ...options, known: knownOf(sealer) });
      expect(await other.open(sealed, row)).toEqual(utf8('x'));
      await other.close();
    });
  });

  it('leaves the event loop to others while it works', async () => {
    await withSealer('loop', async (sealer) => {
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      await Promise.all(Array.from({ length: 2_000 }, () => sealer.seal(utf8('x'), row)));
      clearInterval(timer);
      expect(turns).toBeGreaterThan(5);
    });
  });
});

function closeSessions(ground: TokenGround): void {
  ground.inside((pkcs11, _session, slot) => pkcs11.C_CloseAllSessions(slot));
}
