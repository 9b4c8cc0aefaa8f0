import { sha256 } from '@coffer/crypto';
import { concatBytes, fromHex, toHex } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { SealedObjects } from '../src/sealed-objects';
import { committedVectors, type CommittedVector } from './committed-vectors';
import { dribbling } from './dribbling-store';
import { platforms } from './platforms';
import { drill, openVector, refusalOf, sealedPlaces, storeOf, tell, type Refusal } from './read-vector';

const vectors = committedVectors();
const named = (those: readonly CommittedVector[]): readonly [string, CommittedVector][] =>
  those.map((each) => [each.name, each]);
const sound = vectors.filter(({ file }) => file.refused === undefined);
const faulty = vectors.filter(({ file }) => file.refused !== undefined);
/** Faults that only a reader of everything can notice: others find what is there, and nothing else. */
const hidden = faulty.filter(({ file }) => file.opens !== undefined);
const open = faulty.filter(({ file }) => file.opens === undefined);

/** Where the engine names an object it must be the one of vector.json. */
function expectRefusal(refusal: Refusal | undefined, { file }: CommittedVector): void {
  expect(refusal?.code).toBe(file.refused!.code);
  expect(refusal?.object ?? file.refused!.object).toBe(file.refused!.object);
}

function* bytewise(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

describe.each(platforms)('the vectors of the format, by the %s platform', (_platform, platform) => {
  it.each(named(sound))('%s opens to what it tells, by ranges and whole', async (_name, vector) => {
    const repository = await openVector(vector, platform, await storeOf(vector));
    expect(await tell(repository, vector.file.opens)).toEqual(vector.file.opens);
    expect(await refusalOf(() => drill(repository))).toBeUndefined();
  });

  it.each(named(sound))('%s opens from a store that gives a few bytes at a time', async (_name, vector) => {
    const repository = await openVector(vector, platform, dribbling(await storeOf(vector), 3));
    expect(await refusalOf(() => drill(repository))).toBeUndefined();
  });

  it.each(named(sound.filter(({ file }) => file.opens!.head !== null)))(
    '%s streams, byte by byte',
    async (_name, vector) => {
      const repository = await openVector(vector, platform, await storeOf(vector));
      for (const place of await sealedPlaces(repository)) {
        const sealed = vector.objects.get(SealedObjects.path(place));
        // A pack that was lost and stored again elsewhere.
        if (sealed === undefined) continue;
        const key = repository.access.objects.keyOf(place);
        const pieces: Uint8Array[] = [];
        for await (const piece of platform.encryption.openStream(key, bytewise(sealed))) pieces.push(piece);
        expect(toHex(sha256(concatBytes(...pieces)))).toBe(toHex(sha256(await platform.encryption.open(key, sealed))));
      }
    },
  );

  it.each(named(open))('%s is refused, by ranges and whole', async (_name, vector) => {
    const store = await storeOf(vector);
    expectRefusal(await refusalOf(async () => tell(await openVector(vector, platform, store), undefined)), vector);
    expectRefusal(await refusalOf(async () => drill(await openVector(vector, platform, store))), vector);
    const slow = dribbling(store, 3);
    expectRefusal(await refusalOf(async () => drill(await openVector(vector, platform, slow))), vector);
  });

  it.each(named(hidden))('%s is refused whole, and by ranges gives what is there or nothing', async (_name, vector) => {
    const store = await storeOf(vector);
    expectRefusal(await refusalOf(async () => drill(await openVector(vector, platform, store))), vector);
    let told: object | undefined;
    const refusal = await refusalOf(async () => {
      told = await tell(await openVector(vector, platform, store), vector.file.opens);
    });
    if (refusal === undefined) expect(told).toEqual(vector.file.opens);
    else expectRefusal(refusal, vector);
  });

  it('B15: two-keys-one-ciphertext is refused, though its first piece opens under the other key', async () => {
    const vector = vectors.find(({ name }) => name === 'two-keys-one-ciphertext')!;
    const { file, objects } = vector;
    const store = await storeOf(vector);
    expectRefusal(await refusalOf(async () => drill(await openVector(vector, platform, store))), vector);
    const sealed = objects.get(file.refused!.object)!;
    const key = { inputKey: fromHex(file.twin!.inputKey), context: fromHex(file.twin!.context) };
    const source = {
      size: sealed.length,
      read: async (from: number, length: number) => sealed.slice(from, from + length),
    };
    const reader = await platform.encryption.openReader(key, source);
    expect(toHex(sha256(await reader.read(0, 16_384)))).toBe(file.twin!.firstPieceSha256);
  });

  it('ran them all', () => {
    expect(sound.length + open.length + hidden.length).toBe(vectors.length);
    expect([sound.length, open.length, hidden.length].map((count, at) => count >= [20, 70, 9][at]!)).not.toContain(
      false,
    );
  });
});
