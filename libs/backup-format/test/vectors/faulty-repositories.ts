import { deriveOwnerKey, requireBackupKey } from '@coffer/device-crypto';
import { concatBytes, decodeCbor, encodeCbor, toHex, type CborValue } from '@coffer/foundation';

import { encodeRepositoryConfig, objectPaths } from '../../src/index';
import { mapInOrder, sortedEntries } from './cbor-by-hand';
import type { Change } from './made-objects';
import { createdAtMs } from './summary-of';
import { noise } from './sample-content';
import { makeSmall, refused, seenOf, type Faults, type Made } from './small-repository';
import type { VectorFile, VectorRecipe } from './vector';

const inConfig = { code: 'damaged', at: 'config' } as const;
const inKeyring = { code: 'damaged', at: 'keyring' } as const;
const inHead = { code: 'damaged', at: 'head' } as const;

const entriesOf = (bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] =>
  sortedEntries(decodeCbor(bytes) as Readonly<Record<string, CborValue>>);

/** Exchanges `config` after the keyring was sealed over another one. */
const exchangeConfig =
  (config: (made: Made) => Uint8Array) =>
  (made: Made): undefined => {
    made.maker.objects.set('config', config(made));
  };

/** The second generation on top of a small repository, so that the first one is old. */
function writeSecondGeneration({ maker, draft, pack, index, snapshot, head }: Made): {
  readonly path: string;
  readonly seen: Partial<VectorFile>;
} {
  const second = maker.writeSnapshot({
    items: draft.items(),
    conversations: draft.conversations([pack]),
    indexes: [index],
    generation: 2,
    parent: snapshot.id,
  });
  const next = maker.writeHead(second, head);
  return { path: next.path, seen: { seen: seenOf(next.head) } };
}

const changedHeader =
  (offset: number): Change =>
  (sealed) => {
    sealed[offset]! ^= 1;
    return sealed;
  };

const anotherOwner = () => deriveOwnerKey(requireBackupKey(noise('another owner', 32)));
const anyFault: Faults = {};

/** Config, keyring and head: what stands before everything else. */
export const faultyRepositories: readonly VectorRecipe[] = [
  refused(
    'config-exchanged',
    'The config has another instant than the one whose SHA-256 the keyring holds.',
    inConfig,
    anyFault,
    exchangeConfig(({ maker }) =>
      encodeRepositoryConfig({ repositoryId: maker.repositoryId, features: [], createdAtMs: createdAtMs + 1 }),
    ),
  ),
  refused(
    'config-of-another-repository',
    'The config names another repository id; the keyring holds its SHA-256.',
    inConfig,
    {
      config: () => encodeRepositoryConfig({ repositoryId: new Uint8Array(16), features: [], createdAtMs }),
    },
  ),
  refused('config-missing', 'There is no config.', { code: 'missing-object', at: 'config' }, anyFault, ({ maker }) => {
    maker.objects.delete('config');
    return undefined;
  }),
  refused(
    'unknown-version',
    'The config has version 2, and the keyring holds its SHA-256.',
    { code: 'unsupported-version', at: 'config' },
    {
      config: (bytes) => encodeCbor({ ...(decodeCbor(bytes) as object), v: 2, cipher: 'of a later version' }),
    },
  ),
  refused(
    'unknown-feature',
    'Config and keyring name a feature that version 1 does not know.',
    { code: 'unsupported-feature', at: 'keyring' },
    {
      features: ['sparse-files'],
      keyring: (keyring) => ({ ...keyring, mandatoryFeatures: ['sparse-files'] }),
    },
  ),
  refused(
    'unknown-feature-of-the-keyring',
    'The keyring names a feature, the config names none.',
    { code: 'unsupported-feature', at: 'keyring' },
    {
      keyring: (keyring) => ({ ...keyring, mandatoryFeatures: ['sparse-files'] }),
    },
  ),
  refused(
    'unknown-feature-of-the-config',
    'The config names a feature, the keyring names none.',
    { code: 'unsupported-feature', at: 'config' },
    {
      features: ['sparse-files'],
    },
  ),
  refused(
    'map-keys-not-sorted',
    'The keys of the config stand in the reverse order; the keyring holds its SHA-256.',
    inConfig,
    {
      config: (bytes) => mapInOrder([...entriesOf(bytes)].reverse()),
    },
  ),
  refused('map-key-twice', 'The config has the key v twice.', inConfig, {
    config: (bytes) => mapInOrder([entriesOf(bytes)[0]!, ...entriesOf(bytes)]),
  }),
  refused('config-with-trailing-data', 'A null follows the CBOR of the config.', inConfig, {
    config: (bytes) => concatBytes(bytes, Uint8Array.of(0xf6)),
  }),
  refused(
    'wrong-key',
    'The backup key is another one than the one that sealed the keyring.',
    { code: 'wrong-key', at: 'keyring' },
    anyFault,
    () => ({
      backupKey: toHex(noise('another backup key', 32)),
    }),
  ),
  refused('keyring-bit-flipped', 'One bit of the tag of the keyring is flipped.', inKeyring, {
    sealedKeyring: (sealed) => {
      sealed[sealed.length - 1]! ^= 1;
      return sealed;
    },
  }),
  refused('keyring-header-changed', 'The keyring version in the clear header is another one.', inKeyring, {
    sealedKeyring: changedHeader(15),
  }),
  refused(
    'keyring-of-another-repository',
    'The keyring was sealed for another repository id by the same backup key.',
    inKeyring,
    anyFault,
    ({ maker, paths }) => {
      const other = makeSmall('keyring-of-another-repository');
      const id = other.maker.repositoryId;
      id[0]! ^= 1;
      other.maker.writeKeyring();
      maker.objects.set(paths.keyring, other.maker.objects.get(paths.keyring)!);
      return undefined;
    },
  ),
  refused(
    'keyring-of-an-unknown-version',
    'The keyring has version 2 of its bytes.',
    { code: 'unsupported-version', at: 'keyring' },
    {
      sealedKeyring: (sealed) => {
        sealed[11] = 2;
        return sealed;
      },
    },
  ),
  refused(
    'keyring-missing',
    'The head names keyring version 2, which is not in the store.',
    { code: 'missing-object', at: ({ paths }) => paths.keyring.replace(/1$/, '2') },
    {
      head: (head) => ({ ...head, keyringVersion: 2 }),
    },
  ),
  refused(
    'keyring-without-the-epoch-of-the-head',
    'The head is of epoch 2, the keyring ends with epoch 1.',
    inKeyring,
    { head: (head) => ({ ...head, epoch: 2 }) },
  ),
  refused(
    'keyring-names-another-owner',
    'The last owner key of the keyring is not that of the backup key.',
    inKeyring,
    {
      keyring: (keyring) => ({ ...keyring, ownerPublicKeys: [anotherOwner().publicKey] }),
    },
  ),
  refused('head-signed-by-another-key', 'Another key than the owner key signed the only head.', inHead, {
    headSigner: anotherOwner,
  }),
  refused('head-of-another-repository', 'The only head names another repository id.', inHead, {
    head: (head) => ({ ...head, repositoryId: new Uint8Array(16) }),
  }),
  refused(
    'head-under-another-generation',
    'The only head is of generation 1 and lies at heads/…5.',
    { code: 'damaged', at: () => objectPaths.head(5) },
    anyFault,
    ({ maker, paths }) => {
      maker.objects.set(objectPaths.head(5), maker.objects.get(paths.head)!);
      maker.objects.delete(paths.head);
      return undefined;
    },
  ),
  refused(
    'head-rolled-back',
    'The device has seen generation 2; the store shows generation 1.',
    { code: 'head-rolled-back', at: 'head' },
    anyFault,
    (made) => {
      const { path, seen } = writeSecondGeneration(made);
      made.maker.objects.delete(path);
      return seen;
    },
  ),
  refused(
    'head-exchanged',
    'The device has seen another head of the same generation.',
    { code: 'head-rolled-back', at: 'head' },
    anyFault,
    ({ head }) => ({
      seen: { ...seenOf(head), headSha256: toHex(noise('another head', 32)) },
    }),
  ),
  refused(
    'head-of-an-older-epoch',
    'The device has seen an older generation, of a later epoch and keyring version.',
    { code: 'head-rolled-back', at: () => objectPaths.head(2) },
    anyFault,
    (made) => {
      writeSecondGeneration(made);
      return { seen: { ...seenOf(made.head), epoch: 2, keyringVersion: 2 } };
    },
  ),
  refused(
    'head-gone',
    'The device has seen a backup; the store shows none.',
    { code: 'head-rolled-back', at: 'head' },
    anyFault,
    ({ maker, paths, head }) => {
      maker.objects.delete(paths.head);
      return { seen: seenOf(head) };
    },
  ),
];
