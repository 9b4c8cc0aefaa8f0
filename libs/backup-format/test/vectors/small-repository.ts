import { hashHead, type Head } from '@coffer/evidence';
import { toHex } from '@coffer/foundation';
import type { Keyring, OwnerKey } from '@coffer/device-crypto';

import {
  objectIdHex,
  type ConversationItem,
  type IndexedPack,
  type IndexPlace,
  type SnapshotItem,
} from '../../src/index';
import { Draft } from './draft';
import { seededRandom } from './random-source';
import type { Change, Chunk, PackSealing, SnapshotChanges, WrittenPack, WrittenSnapshot } from './made-objects';
import { RepositoryMaker } from './repository-maker';
import { shortChat } from './sample-chats';
import { linesOfText, noise } from './sample-content';
import type { Expected, ExpectedHead, RefusalCode, Seen, Vector, VectorFile, VectorRecipe } from './vector';

/** What a faulty writer does otherwise; everything else of the repository fits it. */
export interface Faults extends SnapshotChanges {
  readonly features?: readonly string[];
  readonly config?: Change;
  readonly keyring?: (keyring: Keyring) => Keyring;
  readonly sealedKeyring?: Change;
  readonly content?: (draft: Draft, maker: RepositoryMaker) => void;
  readonly chunks?: (chunks: readonly Chunk[], maker: RepositoryMaker) => readonly Chunk[];
  readonly pack?: Change;
  readonly sealing?: PackSealing;
  /** What the index says of the pack; all else keeps to the truth. */
  readonly indexed?: (pack: WrittenPack) => readonly IndexedPack[];
  readonly index?: Change;
  readonly items?: (items: readonly SnapshotItem[]) => readonly SnapshotItem[];
  readonly chats?: (chats: readonly ConversationItem[]) => readonly ConversationItem[];
  readonly head?: (head: Head) => Head;
  readonly headSigner?: (maker: RepositoryMaker) => OwnerKey;
  readonly snapshotSigner?: (maker: RepositoryMaker) => OwnerKey;
}

/** A repository with one backup, and where its objects lie. */
export interface Made {
  readonly maker: RepositoryMaker;
  readonly draft: Draft;
  readonly pack: WrittenPack;
  readonly index: IndexPlace & { readonly path: string };
  readonly snapshot: WrittenSnapshot;
  readonly head: Head;
  /** Paths of the objects within the repository. */
  readonly paths: Readonly<Record<ObjectName, string>>;
}

export type ObjectName = 'config' | 'keyring' | 'pack' | 'index' | 'snapshot' | 'head';

/** A text, bytes that do not compress, and a short chat: about 3 KB. */
function smallContent(draft: Draft): void {
  draft
    .folder('phone')
    .file('phone/chats.txt', linesOfText(1500))
    .file('phone/photo.jpg', noise('photo', 700))
    .chat(shortChat);
}

/** One backup in one pack. @param name - gives the random bytes */
export function makeSmall(name: string, faults: Faults = {}): Made {
  const maker = new RepositoryMaker(seededRandom(name));
  maker.writeConfig(faults.features, faults.config);
  const keyring = maker.writeKeyring(faults.keyring, faults.sealedKeyring);
  maker.writeKeyslot('digits');
  const draft = new Draft(maker);
  (faults.content ?? smallContent)(draft, maker);
  const pack = maker.writePack(faults.chunks?.(draft.chunks, maker) ?? draft.chunks, faults.pack, faults.sealing);
  const index = maker.writeIndex(faults.indexed?.(pack) ?? [pack], faults.index);
  const snapshot = maker.writeSnapshot(
    {
      items: faults.items?.(draft.items()) ?? draft.items(),
      conversations: faults.chats?.(draft.conversations([pack])) ?? draft.conversations([pack]),
      indexes: [index],
      generation: 1,
    },
    faults.snapshotSigner === undefined ? faults : { ...faults, signer: faults.snapshotSigner(maker) },
  );
  const { head, path } = maker.writeHead(snapshot, undefined, faults.head, faults.headSigner?.(maker));
  const paths = { config: 'config', keyring, pack: pack.path, index: index.path, snapshot: snapshot.path, head: path };
  return { maker, draft, pack, index, snapshot, head, paths };
}

/** What vector.json says of a head. */
export function expectedHead(head: Head): ExpectedHead {
  const { generation, keyringVersion, epoch, snapshotId } = head;
  return { generation, keyringVersion, epoch, snapshotId, sha256: toHex(hashHead(head)) };
}

/** What a device remembers that has seen this head. */
export function seenOf(head: Head): Seen {
  const { generation, keyringVersion, epoch } = head;
  return { generation, keyringVersion, epoch, headSha256: toHex(hashHead(head)) };
}

/** A vector of the objects as they are now. */
export function vectorOf(maker: RepositoryMaker, what: string, outcome: Partial<VectorFile>): Vector {
  const keys = { backupKey: toHex(maker.backupKey), repositoryId: objectIdHex(maker.repositoryId) };
  return { file: { what, ...keys, ...outcome }, objects: new Map(maker.objects) };
}

/** A vector that opens to one backup. */
export function opening(
  name: string,
  what: string,
  faults: Faults = {},
  after: (made: Made) => void = () => undefined,
): VectorRecipe {
  return {
    name,
    make: () => {
      const made = makeSmall(name, faults);
      after(made);
      return vectorOf(made.maker, what, { opens: expectedOf(made) });
    },
  };
}

/** Where and why a vector must be refused. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Whose path; a path of its own where it is none of the usual ones. */
  readonly at: ObjectName | ((made: Made) => string);
  /** True where only a reader that reads everything can notice: others find what is there, and nothing else. */
  readonly isHidden?: true;
}

/** A vector that must be refused. @param after - changes what was sealed already, and adds to vector.json */
export function refused(
  name: string,
  what: string,
  { code, at, isHidden }: Refusal,
  faults: Faults = {},
  after: (made: Made) => Partial<VectorFile> | undefined = () => undefined,
): VectorRecipe {
  return {
    name,
    make: () => {
      const made = makeSmall(name, faults);
      const more = after(made);
      const object = typeof at === 'string' ? made.paths[at] : at(made);
      const opens = isHidden === true ? { opens: expectedOf(made) } : {};
      return vectorOf(made.maker, what, { refused: { code, object }, ...opens, ...more });
    },
  };
}

function expectedOf({ head, draft }: Made): Expected {
  return { head: expectedHead(head), snapshots: [head.snapshotId], ...draft.expected() };
}
