import { openChunkedSync, sealChunkedSync } from '@coffer/device-crypto/node';
import { concatBytes } from '@coffer/foundation';

import { objectPaths } from '../../src/index';
import { seededRandom } from './random-source';
import { noise } from './sample-content';
import { makeSmall, refused, type Faults, type Made, type ObjectName } from './small-repository';
import { twoKeys } from './two-keys';
import type { VectorRecipe } from './vector';

const movedId = seededRandom('id of a moved pack')(16);
const headerBytes = 56;
const sealedPieceBytes = 16_400;

/** Content that fills a pack of three pieces. */
const threePieces: Faults = { content: (draft) => draft.file('phone/photo.jpg', noise('three pieces', 40_000)) };

/** Changes a sealed object in the store. */
function edit({ maker, paths }: Made, name: ObjectName, change: (sealed: Uint8Array) => Uint8Array): undefined {
  maker.objects.set(paths[name], change(maker.objects.get(paths[name])!.slice()));
}

const piece = (sealed: Uint8Array, number: number): Uint8Array =>
  sealed.subarray(headerBytes + number * sealedPieceBytes, headerBytes + (number + 1) * sealedPieceBytes);

function flipped(sealed: Uint8Array, at: number): Uint8Array {
  sealed[at < 0 ? sealed.length + at : at]! ^= 1;
  return sealed;
}

/** Sealed objects that were cut, extended, mixed, moved, or sealed under something else. */
export const faultyObjects: readonly VectorRecipe[] = [
  refused(
    'pack-truncated-at-piece-boundary',
    'The pack ends after its second piece of three, as if it were whole.',
    { code: 'damaged', at: 'pack' },
    threePieces,
    (made) => edit(made, 'pack', (sealed) => sealed.slice(0, headerBytes + 2 * sealedPieceBytes)),
  ),
  refused(
    'pack-truncated-in-a-piece',
    'The last 100 bytes of the pack are missing.',
    { code: 'damaged', at: 'pack' },
    threePieces,
    (made) => edit(made, 'pack', (sealed) => sealed.slice(0, -100)),
  ),
  refused(
    'pack-truncated-and-indexed-so',
    'The pack ends after its second piece of three, and the index names the shorter size.',
    { code: 'damaged', at: 'pack' },
    { ...threePieces, indexed: (pack) => [{ ...pack, sealedBytes: headerBytes + 2 * sealedPieceBytes }] },
    (made) => edit(made, 'pack', (sealed) => sealed.slice(0, headerBytes + 2 * sealedPieceBytes)),
  ),
  refused(
    'pack-pieces-reordered',
    'The first two pieces of the pack changed places.',
    { code: 'damaged', at: 'pack' },
    threePieces,
    (made) =>
      edit(made, 'pack', (sealed) =>
        concatBytes(sealed.subarray(0, headerBytes), piece(sealed, 1), piece(sealed, 0), piece(sealed, 2)),
      ),
  ),
  refused(
    'pack-piece-twice',
    'The first piece of the pack stands twice, the second one is missing.',
    { code: 'damaged', at: 'pack' },
    threePieces,
    (made) =>
      edit(made, 'pack', (sealed) =>
        concatBytes(sealed.subarray(0, headerBytes), piece(sealed, 0), piece(sealed, 0), piece(sealed, 2)),
      ),
  ),
  refused(
    'pack-trailing-byte',
    'One zero byte follows the pack.',
    { code: 'damaged', at: 'pack', isHidden: true },
    {},
    (made) => edit(made, 'pack', (sealed) => concatBytes(sealed, Uint8Array.of(0))),
  ),
  refused(
    'pack-bit-flipped',
    'One bit of the last tag of the pack is flipped.',
    { code: 'damaged', at: 'pack' },
    {},
    (made) => edit(made, 'pack', (sealed) => flipped(sealed, -1)),
  ),
  refused(
    'pack-salt-bit-flipped',
    'One bit of the salt of the pack is flipped.',
    { code: 'damaged', at: 'pack' },
    {},
    (made) => edit(made, 'pack', (sealed) => flipped(sealed, 3)),
  ),
  refused(
    'pack-commitment-bit-flipped',
    'One bit of the commitment of the pack is flipped; every piece would still open.',
    { code: 'damaged', at: 'pack' },
    {},
    (made) => edit(made, 'pack', (sealed) => flipped(sealed, 24 + 31)),
  ),
  twoKeys,
  refused(
    'pack-from-another-repository',
    'The pack was sealed under the same epoch key and pack id, for another repository id.',
    { code: 'damaged', at: 'pack' },
    {},
    (made) => {
      const { maker, pack } = made;
      const key = maker.keyOf('pack', pack.epoch, pack.packId);
      const context = key.context.slice();
      context.set(maker.random(16), 'coffer/v1/pack'.length);
      return edit(made, 'pack', (sealed) =>
        sealChunkedSync({ ...key, context }, openChunkedSync(key, sealed), maker.random(24)),
      );
    },
  ),
  refused(
    'pack-moved',
    'The pack lies under the name of another one, which the index names at its size.',
    { code: 'damaged', at: ({ pack }) => objectPaths.pack(pack.epoch, movedId) },
    { indexed: (pack) => [{ ...pack, packId: movedId }], chats: () => [] },
    ({ maker, paths, pack }) => {
      maker.objects.set(objectPaths.pack(pack.epoch, movedId), maker.objects.get(paths.pack)!);
      maker.objects.delete(paths.pack);
      return undefined;
    },
  ),
  refused(
    'pack-of-an-epoch-not-in-the-keyring',
    'The index says that the pack lies in epoch 2; the keyring knows epoch 1 only.',
    { code: 'damaged', at: ({ pack }) => objectPaths.pack(2, pack.packId) },
    { indexed: (pack) => [{ ...pack, epoch: 2 }], chats: () => [] },
    ({ maker, paths, pack }) => {
      maker.objects.set(objectPaths.pack(2, pack.packId), maker.objects.get(paths.pack)!);
      return undefined;
    },
  ),
  refused(
    'pack-missing',
    'The pack is not in the store.',
    { code: 'missing-object', at: 'pack' },
    {},
    ({ maker, paths }) => {
      maker.objects.delete(paths.pack);
      return undefined;
    },
  ),
  refused(
    'index-missing',
    'The index is not in the store.',
    { code: 'missing-object', at: 'index' },
    {},
    ({ maker, paths }) => {
      maker.objects.delete(paths.index);
      return undefined;
    },
  ),
  refused('index-bit-flipped', 'One bit of the index is flipped.', { code: 'damaged', at: 'index' }, {}, (made) =>
    edit(made, 'index', (sealed) => flipped(sealed, -20)),
  ),
  refused(
    'snapshot-missing',
    'The snapshot is not in the store.',
    { code: 'missing-object', at: 'snapshot' },
    {},
    ({ maker, paths }) => {
      maker.objects.delete(paths.snapshot);
      return undefined;
    },
  ),
  refused(
    'snapshot-truncated',
    'The last byte of the snapshot is missing.',
    { code: 'damaged', at: 'snapshot' },
    {},
    (made) => edit(made, 'snapshot', (sealed) => sealed.slice(0, -1)),
  ),
  refused(
    'index-in-the-place-of-the-snapshot',
    'What lies under the name of the snapshot was sealed under that id, as an index.',
    { code: 'damaged', at: 'snapshot' },
    {},
    (made) => {
      const { maker, snapshot, index } = made;
      const plaintext = openChunkedSync(maker.keyOf('index', 1, index.indexId), maker.objects.get(index.path)!);
      return edit(made, 'snapshot', () =>
        sealChunkedSync(maker.keyOf('index', 1, snapshot.id), plaintext, maker.random(24)),
      );
    },
  ),
  refused(
    'pack-exchanged',
    'Under the name of the pack lies one of another repository, sealed with its key and for its id.',
    { code: 'damaged', at: 'pack' },
    {},
    (made) => {
      const other = makeSmall('another repository');
      return edit(made, 'pack', () => other.maker.objects.get(other.paths.pack)!);
    },
  ),
];
