import type { Head } from '@coffer/evidence';
import { toHex, utf8 } from '@coffer/foundation';

import { objectIdHex, objectPaths, type IndexPlace } from '../../src/index';
import { Draft } from './draft';
import { seededRandom } from './random-source';
import type { Change, WrittenPack, WrittenSnapshot } from './made-objects';
import { RepositoryMaker } from './repository-maker';
import { longChat, shortChat } from './sample-chats';
import { linesOfText, noise } from './sample-content';
import { createdAtMs } from './summary-of';
import { expectedHead, makeSmall, seenOf, vectorOf, type Made } from './small-repository';
import type { Vector, VectorRecipe } from './vector';

/** A state of a repository that grows backup by backup. */
interface History {
  readonly maker: RepositoryMaker;
  readonly packs: readonly WrittenPack[];
  readonly indexes: readonly IndexPlace[];
  readonly snapshot: WrittenSnapshot | undefined;
  readonly head: Head | undefined;
  readonly draft: Draft;
  /** Of the last list of prune; absent where nothing was ever pruned. */
  readonly pruneGeneration?: number;
}

function begin(name: string): History {
  const maker = new RepositoryMaker(seededRandom(name));
  maker.writeConfig();
  maker.writeKeyring();
  maker.writeKeyslot('digits');
  return { maker, packs: [], indexes: [], snapshot: undefined, head: undefined, draft: new Draft(maker) };
}

/** One more backup: stores the chunks that are new, in a pack and an index of their own, and makes the snapshot current. */
function backUp(before: History, content: (draft: Draft) => void): History {
  const { maker } = before;
  const draft = new Draft(maker);
  content(draft);
  const known = new Set(before.packs.flatMap(({ entries }) => entries.map(({ id }) => toHex(id))));
  const fresh = draft.chunks.filter(({ id }) => !known.has(toHex(id)));
  const pack = maker.writePack(fresh);
  return conclude({
    ...before,
    draft,
    packs: [...before.packs, pack],
    indexes: [...before.indexes, maker.writeIndex([pack])],
  });
}

/** Writes snapshot and head over what is stored. */
function conclude(before: History): History {
  const { maker, draft, packs, indexes } = before;
  const generation = (before.head?.generation ?? 0) + 1;
  const parent = before.snapshot === undefined ? {} : { parent: before.snapshot.id };
  const content = { items: draft.items(), conversations: draft.conversations(packs), indexes, generation, ...parent };
  const snapshot = maker.writeSnapshot(content);
  const { pruneGeneration = 0 } = before;
  return {
    ...before,
    snapshot,
    head: maker.writeHead(snapshot, before.head, (head) => ({ ...head, pruneGeneration })).head,
  };
}

const dayMs = 86_400_000;

/** A run of prune: decided to delete one snapshot, which is there still, and marked a pack that nothing needs. */
function prune(before: History, leaving: WrittenSnapshot, change?: Change): History {
  const { maker, snapshot, head } = before;
  const generation = head!.generation + 1;
  const unneeded = maker.writePack([maker.chunk(utf8('left by a run that was interrupted'))]);
  maker.writePruneList(
    {
      pruneGeneration: 1,
      generation,
      snapshots: [snapshot!.path],
      marks: [
        { path: leaving.path, atMs: createdAtMs, decidedAtMs: createdAtMs + dayMs },
        { path: unneeded.path, atMs: createdAtMs + dayMs, decidedAtMs: null },
      ],
    },
    change,
  );
  const next = maker.writeHead({ ...snapshot!, generation }, head, (made) => ({ ...made, pruneGeneration: 1 }));
  return { ...before, head: next.head, pruneGeneration: 1 };
}

function opened(
  { maker, draft, head }: History,
  what: string,
  snapshots: readonly (WrittenSnapshot | undefined)[],
): Vector {
  const ids = snapshots.map((snapshot) => objectIdHex(snapshot!.id));
  return vectorOf(maker, what, { opens: { head: expectedHead(head!), snapshots: ids, ...draft.expected() } });
}

const first = (draft: Draft): unknown =>
  draft.file('phone/a.txt', linesOfText(2000)).file('phone/b.bin', noise('b', 300)).chat(shortChat);
const second = (draft: Draft): unknown =>
  draft
    .file('phone/a.txt', linesOfText(2000))
    .file('phone/c.bin', noise('c', 300))
    .chat(shortChat)
    .chat({ ...longChat(3), source: 'phone/c.bin' });

const recipe = (name: string, make: (name: string) => Vector): VectorRecipe => ({ name, make: () => make(name) });

function lastSnapshotWithoutHead({ maker, draft, packs, indexes, snapshot }: History): void {
  maker.writeSnapshot({
    items: draft.items(),
    conversations: draft.conversations(packs),
    indexes,
    generation: snapshot!.generation + 1,
    parent: snapshot!.id,
  });
}

/** A small repository with a second head that a stranger wrote. */
function withForeignHead(name: string, write: (made: Made) => void): Vector {
  const made = makeSmall(name);
  write(made);
  const { maker, draft, head } = made;
  const what = 'A head of a higher generation is not the owner’s: the one below it counts.';
  return vectorOf(maker, what, {
    opens: { head: expectedHead(head), snapshots: [head.snapshotId], ...draft.expected() },
  });
}

/** Repositories with more than one backup, epoch, or index. */
export const longerHistories: readonly VectorRecipe[] = [
  recipe('two-generations', (name) => {
    const one = backUp(begin(name), first);
    const two = backUp(one, second);
    const vector = opened(two, 'Two backups; the second needs chunks of both packs. The device has seen the first.', [
      two.snapshot,
      one.snapshot,
    ]);
    return { ...vector, file: { ...vector.file, seen: seenOf(one.head!) } };
  }),
  recipe('several-epochs', (name) => {
    const one = backUp(begin(name), first);
    one.maker.rotate();
    one.maker.writeKeyring();
    one.maker.writeKeyslot('digits');
    const two = backUp(one, second);
    return opened(two, 'The backup key was exchanged between two backups: two keyrings, epochs and owner keys.', [
      two.snapshot,
      one.snapshot,
    ]);
  }),
  recipe('several-epochs-by-the-old-key', (name) => {
    const one = backUp(begin(name), first);
    const old = opened(one, 'The same exchange of keys, opened with the old key: it shows what was there before.', [
      one.snapshot,
    ]);
    one.maker.rotate();
    one.maker.writeKeyring();
    const two = backUp(one, second);
    return { file: old.file, objects: new Map(two.maker.objects) };
  }),
  recipe('keyring-without-a-head', (name) => {
    const one = backUp(begin(name), first);
    const vector = opened(
      one,
      'An exchange of keys was interrupted after the new keyring: the old key still opens everything.',
      [one.snapshot],
    );
    one.maker.rotate();
    one.maker.writeKeyring();
    return { ...vector, objects: new Map(one.maker.objects) };
  }),
  recipe('merged-index', (name) => {
    const one = backUp(begin(name), first);
    const two = backUp(one, second);
    const merged = conclude({ ...two, indexes: [two.maker.writeIndex(two.packs)] });
    // The old indexes are not valid any more: whoever reads one all the same fails.
    for (const { epoch, indexId } of two.indexes)
      two.maker.objects.set(objectPaths.index(epoch, indexId), utf8('rubbish'));
    const what = 'Two indexes were merged into a third; the old ones are still there, and damaged.';
    return opened(merged, what, [merged.snapshot, two.snapshot, one.snapshot]);
  }),
  recipe('later-index-holds', (name) => {
    const one = backUp(begin(name), first);
    const { maker } = one;
    // The chunks were stored again, since the pack was found lost.
    const again = maker.writePack(one.draft.chunks);
    const healed = conclude({
      ...one,
      packs: [...one.packs, again],
      indexes: [...one.indexes, maker.writeIndex([again])],
    });
    maker.objects.delete(one.packs[0]!.path);
    return opened(healed, 'A pack was lost and its chunks were stored again: the later index names them elsewhere.', [
      healed.snapshot,
      one.snapshot,
    ]);
  }),
  recipe('later-pack-of-an-index-holds', (name) => {
    const { maker, draft } = begin(name);
    first(draft);
    const lost = maker.writePack(draft.chunks);
    const again = maker.writePack(draft.chunks);
    const history = { maker, draft, packs: [lost, again], snapshot: undefined, head: undefined };
    const made = conclude({ ...history, indexes: [maker.writeIndex([lost, again])] });
    maker.objects.delete(lost.path);
    return opened(made, 'One index names the same chunks in two packs: the later one holds, the first is lost.', [
      made.snapshot,
    ]);
  }),
  recipe('interrupted-run', (name) => {
    const one = backUp(begin(name), first);
    const { maker } = one;
    maker.writePack([maker.chunk(utf8('never indexed'))]);
    lastSnapshotWithoutHead(one);
    return opened(one, 'A run was interrupted: a pack that no index names, and a snapshot that no head ever named.', [
      one.snapshot,
    ]);
  }),
  recipe('prune-list', (name) => {
    const one = backUp(begin(name), first);
    const pruned = prune(backUp(one, second), one.snapshot!);
    const what =
      'Prune decided to delete the first of two snapshots, and a head says so that names the second one again: the first counts no ' +
      'more, although it is there.';
    return opened(pruned, what, [pruned.snapshot]);
  }),
  recipe('prune-list-of-an-older-epoch', (name) => {
    const one = backUp(begin(name), first);
    const pruned = prune(backUp(one, second), one.snapshot!);
    pruned.maker.rotate();
    pruned.maker.writeKeyring();
    const three = backUp(pruned, (draft) => draft.file('phone/d.bin', noise('d', 300)));
    const what =
      'The same, then an exchange of keys and a third backup: the list is sealed under the epoch before, and in force.';
    return opened(three, what, [three.snapshot, pruned.snapshot]);
  }),
  recipe('prune-list-lost', (name) => {
    const one = backUp(begin(name), first);
    const flipped: Change = (bytes) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
    const pruned = prune(backUp(one, second), one.snapshot!, flipped);
    const what = 'The same, but a bit of the list changed: every snapshot counts that was current, and each opens.';
    return opened(pruned, what, [pruned.snapshot, one.snapshot]);
  }),
  recipe('head-passed-over', (name) =>
    withForeignHead(name, ({ maker }) => {
      maker.objects.set(objectPaths.head(2), utf8('rubbish'));
    }),
  ),
  recipe('head-of-a-stranger-passed-over', (name) =>
    withForeignHead(name, ({ maker, snapshot, head }) => {
      const stranger = makeSmall('a stranger').maker.owner;
      maker.writeHead({ ...snapshot, generation: 2 }, head, undefined, stranger);
    }),
  ),
];
