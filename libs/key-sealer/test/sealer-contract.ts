import { fc } from '@fast-check/vitest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, utf8 } from '@coffer/foundation';
import { SealerError, type KnownKeys, type SealingContext, type SealingKeys } from '@coffer/key-vault';

/** Where keys of one kind are kept, one place after the other. */
export interface SealerGround {
  /** A place without keys. */
  newPlace(): Promise<SealerPlace>;
  stop(): Promise<void>;
}

export interface SealerPlace {
  open(known?: KnownKeys, leaseMs?: number): Promise<SealingKeys>;
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
    const opened = async (place: SealerPlace, known?: KnownKeys, leaseMs?: number): Promise<SealingKeys> => {
      const sealer = await place.open(known, leaseMs);
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
      expect(Math.abs(shared.epochs()[0]!.createdAtMs - systemClock.nowMs())).toBeLessThan(600_000);
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

    it('seals under a new epoch only when the database names it, and opens what the former sealed', async () => {
      const place = await ground.newPlace();
      const [leader, other] = [await opened(place), await opened(place, undefined)];
      const known = knownOf(leader);
      const before = await leader.seal(utf8('before'), row);
      const second = await leader.createEpoch(2);
      expect(second).toMatchObject({ epoch: 2, keyId: expect.any(Uint8Array) });
      expect(await other.createEpoch(2)).toEqual(second);
      await leader.follow(known, performance.now());
      expect([leader.sealingEpoch(), (await leader.seal(utf8('x'), row)).epoch]).toEqual([1, 1]);
      const both = { ...known, epochs: [...known.epochs, second] };
      await leader.follow(both, performance.now());
      const after = await leader.seal(utf8('after'), row);
      expect([leader.sealingEpoch(), before.epoch, after.epoch]).toEqual([2, 1, 2]);
      // a process that has not heard of it yet
      expect(await other.open(after, row)).toEqual(utf8('after'));
      for (const sealer of [leader, other, await opened(place, both)]) {
        expect(await sealer.open(before, row)).toEqual(utf8('before'));
        expect(await sealer.mac(utf8('m'), row)).toEqual(await leader.mac(utf8('m'), row));
      }
      await expect(leader.open({ ...before, epoch: 2 }, row)).rejects.toMatchObject({ code: 'does-not-open' });
    });

    it('destroys an epoch for good, in every process that follows, and as often as it is told to', async () => {
      const place = await ground.newPlace();
      const [leader, other] = [await opened(place), await opened(place, undefined)];
      const former = await leader.seal(utf8('former'), row);
      const second = await leader.createEpoch(2);
      const both = { rootId: leader.rootId, epochs: [...leader.epochs().filter(({ epoch }) => epoch === 1), second] };
      for (const sealer of [leader, other]) await sealer.follow(both, performance.now());
      const later = await other.seal(utf8('later'), row);
      for (const again of [1, 2]) {
        await leader.destroyEpoch(1);
        expect(
          leader.epochs().map(({ epoch }) => epoch),
          `time ${again}`,
        ).toEqual([2]);
      }
      const alone = { ...both, epochs: [second] };
      for (const sealer of [leader, other]) await sealer.follow(alone, performance.now());
      for (const sealer of [leader, other, await opened(place, alone)]) {
        await expect(sealer.open(former, row)).rejects.toMatchObject({ code: 'unknown-epoch' });
        expect(await sealer.open(later, row)).toEqual(utf8('later'));
        expect(sealer.epochs().map(({ epoch }) => epoch)).toEqual([2]);
      }
      await expect(place.open(both)).rejects.toMatchObject({ code: 'key-missing' });
    });

    it('stays as it was when it is told of keys that are not here', async () => {
      const sealer = await opened(await ground.newPlace());
      const known = knownOf(sealer);
      const more = { ...known, epochs: [...known.epochs, { epoch: 2, keyId: new Uint8Array(8).fill(1) }] };
      await expect(sealer.follow(more, performance.now())).rejects.toMatchObject({ code: 'key-missing' });
      const foreign = { ...known, rootId: new Uint8Array(8) };
      await expect(sealer.follow(foreign, performance.now())).rejects.toMatchObject({ code: 'wrong-key' });
      expect((await sealer.seal(utf8('x'), row)).epoch).toBe(1);
    });

    it('does not ask for a key that nothing is sealed under, for a dump may be older than its end', async () => {
      const place = await ground.newPlace();
      const made = await opened(place);
      const second = await made.createEpoch(2);
      const [first] = knownOf(made).epochs;
      const alone = { rootId: made.rootId, epochs: [second] };
      await made.destroyEpoch(1);
      const restored = { ...alone, epochs: [{ ...first!, mayBeMissing: true }, second] };
      const sealer = await opened(place, restored);
      await sealer.follow(restored, performance.now());
      expect((await sealer.seal(utf8('x'), row)).epoch).toBe(2);
      await expect(place.open({ ...alone, epochs: [first!, second] })).rejects.toMatchObject({ code: 'key-missing' });
    });

    it('seals nothing once its lease is over, and goes on when it is told again', async () => {
      const place = await ground.newPlace();
      const known = knownOf(await opened(place));
      const leased = await opened(place, known, 60_000);
      const sealed = await leased.seal(utf8('x'), row);
      await leased.follow(known, performance.now() - 61_000);
      await expect(leased.seal(utf8('x'), row)).rejects.toMatchObject({ code: 'unavailable', isRetryable: true });
      expect(await leased.open(sealed, row)).toEqual(utf8('x'));
      await leased.follow(known, performance.now());
      expect((await leased.seal(utf8('x'), row)).epoch).toBe(1);
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
