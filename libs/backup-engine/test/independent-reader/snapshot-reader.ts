import { ascii, derive, hex, hmac256, isSame, openSealed, sha256, u32be } from './primitives';
import { readConversation, type FoundConversation, type Part } from './read-conversation';
import { readItems, readTable, splitSections } from './read-sections';
import { at, fields, get, list, must, type Fields, type Objects } from './refusal';
import { signedBody } from './signed-body';
import { readCbor, type Value } from './strict-cbor';
import { unzstd } from './unzstd';

/** What a repository holds. The names are those of vector.json. */
export interface Found {
  readonly head: {
    generation: number;
    keyringVersion: number;
    epoch: number;
    snapshotId: string;
    sha256: string;
  } | null;
  readonly snapshots: readonly string[];
  readonly files: readonly object[];
  readonly folders: readonly object[];
  readonly links: readonly object[];
  readonly conversations: readonly FoundConversation[];
}

/** The body of a head. */
export interface Head extends Fields {
  readonly generation: number;
  readonly keyringVersion: number;
  readonly epoch: number;
  readonly snapshotId: string;
  readonly snapshotSha256: Uint8Array;
  readonly pruneGeneration: number;
}

/** What prune says of snapshots, by their ids. */
interface Pruned {
  /** Of the head that brought the list into force. */
  readonly generation: number;
  readonly snapshots: ReadonlySet<string>;
  readonly decided: ReadonlySet<string>;
}

/** What the keyring gives. */
export interface Keyring {
  readonly epochs: ReadonlyMap<number, Uint8Array>;
  readonly owners: readonly Uint8Array[];
  readonly secret: Uint8Array;
}

/** Reads sealed objects of an opened repository. */
export class SnapshotReader {
  readonly #objects: Objects;
  readonly #repositoryId: Uint8Array;
  readonly #epochs: ReadonlyMap<number, Uint8Array>;
  readonly #owners: readonly Uint8Array[];
  readonly #secret: Uint8Array;

  constructor(objects: Objects, repositoryId: Uint8Array, { epochs, owners, secret }: Keyring) {
    this.#objects = objects;
    this.#repositoryId = repositoryId;
    this.#epochs = epochs;
    this.#owners = owners;
    this.#secret = secret;
  }

  // docs/format/v1.md, "Sealed objects"

  #open(
    kind: 'pack' | 'index' | 'snapshot',
    epoch: number,
    id: Uint8Array,
    size?: number,
  ): { path: string; plaintext: Buffer } {
    const name = hex(id);
    const path = {
      pack: `packs/${epoch}/${name.slice(0, 2)}/${name}`,
      index: `index/${epoch}/${name}`,
      snapshot: `snapshots/${epoch}/${name}`,
    }[kind];
    const sealed = get(this.#objects, path);
    return at(path, () => {
      must(size === undefined || size === sealed.length, 'another size');
      const epochKey = this.#epochs.get(epoch);
      must(epochKey !== undefined, 'an unknown epoch');
      const context = Buffer.concat([ascii(`coffer/v1/${kind}`), this.#repositoryId, u32be(epoch), id]);
      return { path, plaintext: openSealed(derive(epochKey, `coffer/v1/${kind}-sealing`), context, sealed) };
    });
  }

  // docs/format/v1.md, "Snapshot"

  #summaryOf(path: string, plaintext: Buffer, id: Uint8Array): { summary: Fields; sections: readonly Buffer[] } {
    const sections = splitSections(plaintext, 3);
    const body = signedBody(readCbor(sections[0]!), 'snapshot', this.#repositoryId, this.#owners);
    const names = 'v id generation parent createdAtMs device sources counts bytes indexes conversations files';
    const summary = fields(readCbor(body), names, path);
    must(isSame(summary['id'] as Uint8Array, id), 'another id');
    return { summary, sections };
  }

  /** What is or was current, newest first. */
  listSnapshots(head: Head): readonly string[] {
    const all: { id: string; generation: number; parent: string }[] = [];
    for (const path of list(this.#objects, 'snapshots/')) {
      const match = /^snapshots\/([1-9]\d*)\/([0-9a-f]{32})$/.exec(path);
      if (match === null || (!this.#epochs.has(Number(match[1])) && match[2] !== head.snapshotId)) continue;
      const id = Buffer.from(match[2]!, 'hex');
      const { plaintext } = this.#open('snapshot', Number(match[1]), id);
      const { summary } = at(path, () => this.#summaryOf(path, plaintext, id));
      const parent = summary['parent'] === null ? '' : hex(summary['parent'] as Uint8Array);
      all.push({ id: match[2]!, generation: summary['generation'] as number, parent });
    }
    const pruned = this.#readPruneList(head.pruneGeneration);
    const isAlone = (generation: number): boolean =>
      generation > pruned.generation && all.filter((other) => other.generation === generation).length === 1;
    const isNamed = (id: string): boolean =>
      id === head.snapshotId || pruned.snapshots.has(id) || all.some(({ parent }) => parent === id);
    return all
      .filter(({ generation }) => generation <= head.generation)
      .filter(({ id, generation }) => !pruned.decided.has(id) && (isNamed(id) || isAlone(generation)))
      .sort((left, right) => right.generation - left.generation)
      .map(({ id }) => id);
  }

  // docs/format/v1.md, "Prune list"

  /** What the list in force says; nothing where there is none, or it is lost. */
  #readPruneList(pruneGeneration: number): Pruned {
    const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
    const path = `prune/${String(pruneGeneration).padStart(20, '0')}`;
    const id = Buffer.concat([u32be(0), u32be(pruneGeneration)]);
    for (const [epoch, epochKey] of pruneGeneration === 0 ? [] : [...this.#epochs].reverse()) {
      try {
        const context = Buffer.concat([ascii('coffer/v1/prune'), this.#repositoryId, u32be(epoch), id]);
        const plaintext = openSealed(derive(epochKey, 'coffer/v1/prune-sealing'), context, get(this.#objects, path));
        const signed = readCbor(splitSections(plaintext, 1)[0]!);
        const body = readCbor(signedBody(signed, 'prune-list', this.#repositoryId, this.#owners));
        const list = fields(body, 'pruneGeneration generation snapshots marks', path);
        must(list['pruneGeneration'] === pruneGeneration, 'another list');
        const marks = list['marks'] as readonly Fields[];
        return {
          generation: list['generation'] as number,
          snapshots: new Set((list['snapshots'] as readonly string[]).map(idOf)),
          decided: new Set(
            marks.filter((mark) => mark['decidedAtMs'] !== null).map((mark) => idOf(mark['path'] as string)),
          ),
        };
      } catch {
        // Sealed under another epoch, or lost: then every snapshot counts that was current.
      }
    }
    return { generation: 0, snapshots: new Set(), decided: new Set() };
  }

  /** Everything in the current snapshot. */
  readSnapshot(head: Head): Omit<Found, 'head' | 'snapshots'> {
    const id = Buffer.from(head.snapshotId, 'hex');
    const { path, plaintext } = this.#open('snapshot', head.epoch, id);
    const { summary, sections } = at(path, () => {
      must(isSame(sha256(get(this.#objects, path)), head.snapshotSha256), 'not the snapshot of the head');
      const parts = this.#summaryOf(path, plaintext, id);
      for (const [name, section] of [
        ['conversations', parts.sections[1]!],
        ['files', parts.sections[2]!],
      ] as const) {
        const [length, digest] = parts.summary[name] as readonly [number, Uint8Array];
        must(section.length === length && isSame(sha256(section), digest), 'another section');
      }
      return parts;
    });
    const chunks = this.#readChunks(summary['indexes'] as readonly (readonly [number, Uint8Array])[]);
    const items = at(path, () => readItems(readCbor(sections[2]!) as readonly (readonly Value[])[], chunks));
    const map = at(path, () => fields(readCbor(sections[1]!), 'packs items', path));
    const packs = map['packs'] as readonly (readonly [number, Uint8Array, number])[];
    const openParts = <T>(parts: readonly Part[], use: (raw: Buffer) => T): T => {
      const opened = parts.map(([chunkId, pack, offset, stored, raw]) => {
        const { path: packPath, plaintext: packed } = this.#open('pack', ...packs[pack]!);
        return { packPath, raw: at(packPath, () => this.#openChunk(packed, chunkId, offset, stored, raw)) };
      });
      return at(opened.at(-1)!.packPath, () => use(Buffer.concat(opened.map(({ raw }) => raw))));
    };
    const conversations = (map['items'] as readonly (readonly Value[])[]).map((item) =>
      at(path, () => readConversation(item, openParts)),
    );
    return { ...items, conversations };
  }

  // docs/format/v1.md, "Index", "Pack" and "Chunks"

  #readChunks(indexes: readonly (readonly [number, Uint8Array])[]): ReadonlyMap<string, () => Buffer> {
    const packs = new Map<string, readonly [number, Uint8Array, number, Uint8Array]>();
    for (const [epoch, id] of indexes) {
      const { path, plaintext } = this.#open('index', epoch, id);
      at(path, () => {
        const listed = fields(readCbor(splitSections(plaintext, 1)[0]!), 'v packs', path)['packs'];
        const entries = listed as readonly (readonly [number, Uint8Array, number, Uint8Array])[];
        must(new Set(entries.map(([, packId]) => hex(packId))).size === entries.length, 'a pack twice');
        for (const entry of entries) {
          packs.delete(hex(entry[1]));
          packs.set(hex(entry[1]), entry);
        }
      });
    }
    const chunks = new Map<string, () => Buffer>();
    const opened = new Map<string, { path: string; plaintext: Buffer }>();
    for (const [name, [epoch, id, size, table]] of packs) {
      const pack = (): { path: string; plaintext: Buffer } => {
        const known = opened.get(name) ?? this.#openPack(epoch, id, size, table);
        opened.set(name, known);
        return known;
      };
      for (const [chunkId, offset, stored, raw] of readTable(table)) {
        chunks.set(hex(chunkId), () => {
          const { path, plaintext } = pack();
          return at(path, () => this.#openChunk(plaintext, chunkId, offset, stored, raw));
        });
      }
    }
    return chunks;
  }

  #openPack(epoch: number, id: Uint8Array, size: number, table: Uint8Array): { path: string; plaintext: Buffer } {
    const opened = this.#open('pack', epoch, id, size);
    at(opened.path, () => {
      const end = opened.plaintext.length - 4;
      const start = end - opened.plaintext.readUInt32BE(end);
      must(start >= 2 && isSame(opened.plaintext.subarray(start, end), table), 'another table');
      const [, offset, stored] = readTable(table).at(-1)!;
      must(
        opened.plaintext.subarray(offset + stored, start).every((byte) => byte === 0),
        'padding',
      );
      for (const entry of readTable(table)) this.#openChunk(opened.plaintext, ...entry);
    });
    return opened;
  }

  #openChunk(plaintext: Buffer, id: Uint8Array, offset: number, storedLength: number, rawLength: number): Buffer {
    const stored = plaintext.subarray(offset, offset + storedLength);
    must(
      stored.length === storedLength && storedLength >= 2 && storedLength <= rawLength + 1 && rawLength <= 1_048_576,
      'lengths',
    );
    must(stored[0] === 0 || stored[0] === 1, 'an unknown flag');
    const raw = stored[0] === 0 ? stored.subarray(1) : unzstd(stored.subarray(1), rawLength);
    must(raw.length === rawLength, 'another length');
    must(isSame(hmac256(derive(this.#secret, 'coffer/v1/chunk-id'), raw), id), 'another chunk');
    return raw;
  }
}
