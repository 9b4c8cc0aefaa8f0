import { fc } from '@fast-check/vitest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '@coffer/foundation';
import { SealerError, type SealingContext, type SealingKeys } from '@coffer/key-vault';
import type { KnownKeys } from '../src/index';

/** Where keys of one kind are kept, one place after the other. */
export interface SealerGround {
  /** A place without keys. */
  newPlace(): Promise<SealerPlace>;
  stop(): Promise<void>;
}

export interface SealerPlace {
  open(known?: KnownKeys): Promise<SealingKeys>;
  /** Takes all keys away. */
  clear(): Promise<void>;
}

export const knownOf = (sealer: SealingKeys): KnownKeys => ({ rootId: sealer.rootId, epochs: sealer.epochs() });
export const row: SealingContext = {
  account: 'a',
  serial: 7,
  table: 'password_records',
  stateVersion: 1,
  facts: { n: 1 },
};

/** What every kind of sealer does, whatever holds its keys. */
export function sealerContract(kind: SealingKeys['kind'], start: () => Promise<SealerGround>): void {
  describe('as every sealer', () => {
    let ground: SealerGround;
    let shared: SealingKeys;
    const open: SealingKeys[] = [];
    const opened = async (place: SealerPlace, known?: KnownKeys): Promise<SealingKeys> => {
      const sealer = await place.open(known);
      open.push(sealer);
      return sealer;
    };
    beforeAll(async () => {
      ground = await start();
      shared = await (await ground.newPlace()).open();
    });
    afterEach(async () => {
      for (const sealer of open.splice(0)) await sealer.close();
    });
    afterAll(async () => {
      await shared.close();
      await ground.stop();
    });

    it('names its kind, its root and its epochs, and has nothing to complain of', async () => {
      expect(shared.kind).toBe(kind);
      expect(shared.rootId).toHaveLength(8);
      expect(shared.epochs().map(({ epoch }) => epoch)).toEqual([1]);
      expect(shared.epochs()[0]!.keyId).toHaveLength(8);
      expect(Math.abs(shared.epochs()[0]!.createdAtMs - Date.now())).toBeLessThan(600_000);
      expect(shared.sealingEpoch()).toBe(1);
      expect(await shared.problem()).toBeUndefined();
    });

    it('makes keys for an empty database and finds them again', async () => {
      const place = await ground.newPlace();
      const made = await opened(place);
      const sealed = await made.seal(utf8('x'), row);
      const again = await opened(place, knownOf(made));
      expect(again.epochs()).toEqual(made.epochs());
      expect(await again.open(sealed, row)).toEqual(utf8('x'));
      expect(await again.mac(utf8('x'), row)).toEqual(await made.mac(utf8('x'), row));
      expect(await (await opened(await ground.newPlace())).mac(utf8('x'), row)).not.toEqual(
        await made.mac(utf8('x'), row),
      );
    });

    it('refuses to start when keys are missing, names the one that it wants, and makes none (D16)', async () => {
      const place = await ground.newPlace();
      const made = await opened(place);
      const known = knownOf(made);
      const second = { ...known, epochs: [...known.epochs, { epoch: 2, keyId: new Uint8Array(8).fill(0xab) }] };
      await expect(place.open(second)).rejects.toMatchObject({
        code: 'key-missing',
        message: expect.stringMatching(/epoch 2, abababababababab/),
      });
      await made.close();
      open.splice(0);
      await place.clear();
      for (const again of [1, 2]) {
        await expect(place.open(known), `try ${again}`).rejects.toMatchObject({
          code: 'key-missing',
          message: expect.stringContaining(Buffer.from(known.rootId).toString('hex')),
        });
      }
    });

    it('refuses to start when a key is another one, and names the one that it wants (D16)', async () => {
      const [mine, other] = [await ground.newPlace(), await ground.newPlace()];
      const known = knownOf(await opened(mine));
      const foreign = await opened(other);
      await expect(other.open(known)).rejects.toMatchObject({
        code: 'wrong-key',
        message: expect.stringContaining(Buffer.from(known.rootId).toString('hex')),
      });
      await expect(other.open({ ...known, rootId: foreign.rootId })).rejects.toMatchObject({
        code: 'wrong-key',
        message: expect.stringContaining(Buffer.from(known.epochs[0]!.keyId).toString('hex')),
      });
    });

    it.each<[string, Partial<SealingContext>]>([
      ['moved to another account', { account: 'b' }],
      ['moved to another serial', { serial: 8 }],
      ['moved to another table', { table: 'registrations' }],
      ['set to another state', { stateVersion: 2 }],
      ['edited beside', { facts: { n: 2 } }],
    ])('refuses a row that was %s (B04)', async (_name, change) => {
      const sealed = await shared.seal(utf8('secret'), row);
      await expect(shared.open(sealed, { ...row, ...change })).rejects.toMatchObject({ code: 'does-not-open' });
      expect(await shared.mac(utf8('m'), { ...row, ...change })).not.toEqual(await shared.mac(utf8('m'), row));
      expect(await shared.open(sealed, row)).toEqual(utf8('secret'));
    });

    it('refuses what another deployment sealed', async () => {
      const other = await opened(await ground.newPlace());
      const sealed = await other.seal(utf8('secret'), row);
      await expect(shared.open(sealed, row)).rejects.toMatchObject({ code: 'does-not-open' });
    });

    it('names an epoch whose key is gone', async () => {
      const { bytes } = await shared.seal(utf8('secret'), row);
      await expect(shared.open({ epoch: 2, bytes }, row)).rejects.toMatchObject({ code: 'unknown-epoch' });
    });

    it('seals the same bytes differently each time, and macs them the same', async () => {
      const sealed = await Promise.all(Array.from({ length: 50 }, () => shared.seal(utf8('x'), row)));
      expect(new Set(sealed.map(({ bytes }) => Buffer.from(bytes.subarray(0, 12)).toString('hex'))).size).toBe(50);
      const macs = await Promise.all(Array.from({ length: 50 }, () => shared.mac(utf8('x'), row)));
      expect(new Set(macs.map((mac) => Buffer.from(mac).toString('hex'))).size).toBe(1);
      expect(macs[0]).toHaveLength(32);
    });

    it('keeps many operations at a time apart', async () => {
      const texts = Array.from({ length: 300 }, (_, index) => utf8(`row ${index}`));
      const sealed = await Promise.all(texts.map((text, serial) => shared.seal(text, { ...row, serial })));
      const forged = sealed.map(({ epoch, bytes }, index) =>
        index % 7 === 0 ? { epoch, bytes: bytes.map((byte, at) => (at === 30 ? byte ^ 1 : byte)) } : { epoch, bytes },
      );
      const results = await Promise.allSettled(forged.map((each, serial) => shared.open(each, { ...row, serial })));
      for (const [index, result] of results.entries()) {
        if (index % 7 === 0) expect(result).toMatchObject({ reason: { code: 'does-not-open' } });
        else expect(result).toMatchObject({ value: texts[index] });
      }
    });

    it('inverts seal, leaves its arguments as they were, and refuses any changed or missing byte', async () => {
      const anything = [fc.uint8Array({ maxLength: 400 }), fc.nat(), fc.integer({ min: 1, max: 255 })] as const;
      await fc.assert(
        fc.asyncProperty(...anything, async (plaintext, where, flip) => {
          const before = plaintext.slice();
          const sealed = await shared.seal(plaintext, row);
          expect(plaintext).toEqual(before);
          expect(await shared.open(sealed, row)).toEqual(plaintext);
          const changed = sealed.bytes.slice();
          changed[where % changed.length]! ^= flip;
          await expect(shared.open({ ...sealed, bytes: changed }, row)).rejects.toThrow(SealerError);
          const cut = sealed.bytes.subarray(0, where % sealed.bytes.length);
          await expect(shared.open({ ...sealed, bytes: cut }, row)).rejects.toThrow(SealerError);
        }),
      );
    });
  });
}
