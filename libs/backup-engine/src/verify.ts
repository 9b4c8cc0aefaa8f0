import { objectIdHex, splitSnapshot, type ConversationItem } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { deriveChunkIdKey } from '@coffer/device-crypto';
import type { ProofObject } from '@coffer/evidence';
import { readU32be, toHex } from '@coffer/foundation';
import pLimit from 'p-limit';

import { checkPack, type PackCheck, type PackFindings } from './check-pack';
import { indexPacks, loadPacks } from './chunk-index';
import { BackupEngineError } from './errors';
import type { RunOptions } from './events';
import { readingObject, throwIfStopped } from './guard';
import { findNeeds, type NeededPack, type Needs } from './needed-packs';
import { OpenedSnapshot } from './opened-snapshot';
import { Progress } from './progress';
import type { Repository } from './repository';
import { SealedObjects } from './sealed-objects';

/**
 * Fetches a pack into memory, exactly as long as it is told, and checks it.
 *
 * @param sealedBytes - size of the pack
 * @param fetch - to be called once
 */
export type ReadPack = (sealedBytes: number, fetch: FetchPack) => Promise<PackFindings>;
export type FetchPack = (allocate: (bytes: number) => Uint8Array<ArrayBuffer>) => Promise<PackCheck>;

export interface VerifyOptions extends RunOptions {
  /** How much of the packs is read: 5 to 100; 100 unless told. Snapshot and indexes are read whole in any case. */
  readonly samplePercent?: number;
  /** How a pack is fetched and checked; in this thread and in new memory unless told. */
  readonly readPack?: ReadPack;
  /** Packs under way at once; 2 unless told. */
  readonly packsAtOnce?: number;
}

/** One object that is not as it must be. */
export interface VerifyProblem {
  readonly code: 'damaged' | 'missing-object';
  /** Of the object within the repository; names no content. */
  readonly path: string;
  readonly message: string;
}

/** What a verification read and found. */
export interface VerifyReport {
  readonly snapshotIdHex: string;
  readonly samplePercent: number;
  /** Empty where everything that was read is sound. */
  readonly problems: readonly VerifyProblem[];
  /** Sealed objects that were read, snapshot and indexes included, and their size in bytes. */
  readonly objects: number;
  readonly bytes: number;
  /** The packs that were read and are sound. */
  readonly packs: readonly ProofObject[];
  /** All packs that the snapshot needs, and their size in bytes. */
  readonly needed: { readonly packs: number; readonly bytes: number };
  readonly chunks: number;
  /** Files all of whose packs were read and are sound. */
  readonly files: number;
  readonly conversations: number;
  readonly messages: number;
  /** Paths of files that cannot be restored whole, as far as that was read. Content: for the screen, never for a log. */
  readonly brokenFiles: readonly string[];
  /** Titles of conversations of which messages are lost, as far as that was read. Content, like the paths of files. */
  readonly brokenConversations: readonly string[];
}

/**
 * The fire drill: fetches a sample with an empty cache, decrypts, decompresses, parses, counts against the snapshot, and
 * writes nothing. Goes on after damage, so that the report is complete for what was read.
 *
 * @throws BackupEngineError `stopped`, `no-snapshot`; `damaged` where snapshot or indexes cannot be read
 */
export async function verifySnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const { access } = repository;
  const samplePercent = requireSample(options.samplePercent ?? 100);
  const progress = new Progress('verify', options.onEvent);
  const whole = await readWholeSnapshot(repository, snapshot);
  const index = await indexPacks(await loadPacks(access, snapshot.summary.indexes));
  const conversations = await snapshot.conversations();
  const items = await snapshot.items();
  const files = items.filter((item) => item.kind === 'file');
  const needs = findNeeds(files, conversations, index);
  const sample = drawSample([...needs.packs.values()], samplePercent);
  progress.bytesTotal = sample.reduce((sum, pack) => sum + pack.sealedBytes, 0);
  progress.filesTotal = sample.length;
  progress.tell();
  const drill = new Drill(repository, options, progress);
  await drill.readPacks(sample);
  await drill.readLongSegments(needs);
  progress.tell(true);
  const isSound = (keys: Iterable<string>): boolean => [...keys].every((key) => drill.sound.has(key));
  const isBroken = (keys: Iterable<string>): boolean => [...keys].some((key) => drill.broken.has(key));
  const soundFiles = files.filter((file) => isSound(needs.packsOfFile.get(file) ?? ['']));
  const unsound = files.filter((file) => isBroken(needs.packsOfFile.get(file) ?? []));
  const { counts } = snapshot.summary;
  const isCounted = counts.files === files.length && counts.conversations === conversations.length;
  if (!isCounted || needs.brokenFiles.length > 0) {
    drill.problems.push({
      code: 'damaged',
      path: snapshot.path,
      message: 'the snapshot does not add up with its indexes',
    });
  }
  return {
    snapshotIdHex: snapshot.idHex,
    samplePercent,
    problems: drill.problems,
    objects: 1 + snapshot.summary.indexes.length + drill.objects,
    bytes: whole.sealedBytes + drill.bytes,
    packs: drill.packs,
    needed: {
      packs: needs.packs.size,
      bytes: [...needs.packs.values()].reduce((sum, { sealedBytes }) => sum + sealedBytes, 0),
    },
    chunks: drill.chunks,
    files: soundFiles.length,
    conversations: conversations.filter((conversation) => isSound(packKeysOf(conversation))).length,
    messages: drill.messages,
    brokenFiles: [...needs.brokenFiles, ...unsound].map((file) => file.path).sort(),
    brokenConversations: conversations
      .filter((conversation) => isBroken(packKeysOf(conversation)))
      .map(({ conversation }) => conversation.title),
  };
}

function packKeysOf({ segments }: ConversationItem): readonly string[] {
  return segments.flatMap(({ parts }) => parts.map(({ pack }) => objectIdHex(pack.packId)));
}

/** Fetches a snapshot whole, and holds the current one against the head. @throws BackupEngineError `damaged` */
export async function readWholeSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
): Promise<{ readonly sealedBytes: number; readonly sealedSha256: Uint8Array<ArrayBuffer> }> {
  const { objects, platform } = repository.access;
  const { plaintext, sealed } = await objects.openWhole(snapshot.place);
  return readingObject(snapshot.path, async () => {
    splitSnapshot(plaintext);
    const sealedSha256 = await platform.sha256(sealed);
    const current = await repository.head();
    const isCurrent = current?.head.snapshotId === snapshot.idHex;
    if (isCurrent && toHex(current.head.snapshotSha256) !== toHex(sealedSha256)) {
      throw new BackupEngineError('damaged', 'the snapshot is not the one that the head names');
    }
    return { sealedBytes: sealed.length, sealedSha256 };
  });
}

class Drill {
  readonly problems: VerifyProblem[] = [];
  readonly packs: ProofObject[] = [];
  readonly sound = new Set<string>();
  readonly broken = new Set<string>();
  objects = 0;
  bytes = 0;
  chunks = 0;
  messages = 0;

  constructor(
    private readonly repository: Repository,
    private readonly options: VerifyOptions,
    private readonly progress: Progress,
  ) {}

  async readPacks(sample: readonly NeededPack[]): Promise<void> {
    const limit = pLimit(this.options.packsAtOnce ?? 2);
    // Once one could not be read for another reason than damage nobody waits for the rest: it is not fetched.
    let isOver = false;
    const read = async (pack: NeededPack): Promise<void> => {
      if (isOver) return;
      try {
        await this.readPack(pack);
      } catch (error) {
        isOver = true;
        throw error;
      }
    };
    await Promise.all(sample.map((pack) => limit(() => read(pack))));
  }

  async readLongSegments({ longSegments }: Needs): Promise<void> {
    for (const segment of longSegments) {
      const keys = segment.parts.map((part) => objectIdHex(part.pack.packId));
      if (!keys.every((key) => this.sound.has(key))) continue;
      await this.noting(async () => {
        this.messages += (await this.repository.readSegment(segment)).length;
      });
    }
  }

  private async readPack(pack: NeededPack): Promise<void> {
    throwIfStopped(this.options.signal);
    const { access } = this.repository;
    const key = objectIdHex(pack.packId);
    const place = { kind: 'pack', epoch: pack.epoch, id: pack.packId } as const;
    const fetch: FetchPack = async (allocate) => ({
      key: access.objects.keyOf(place),
      chunkIdKey: deriveChunkIdKey(access.keyring.repositorySecret),
      sealed: await access.objects.fetchWhole(place, pack.sealedBytes, allocate),
      table: pack.table,
      segments: pack.segments,
    });
    const readHere: ReadPack = async (_sealedBytes, fetchIt) =>
      checkPack(access.platform, await fetchIt((bytes) => new Uint8Array(bytes)));
    const read = this.options.readPack ?? readHere;
    const isSound = await this.noting(async () => {
      const path = SealedObjects.path(place);
      const findings = await readingObject(path, () => read(pack.sealedBytes, fetch));
      this.packs.push({ path, sizeBytes: pack.sealedBytes, sha256: findings.sealedSha256 });
      this.chunks += findings.chunks;
      this.messages += findings.messages;
    });
    (isSound ? this.sound : this.broken).add(key);
    this.objects += 1;
    this.bytes += pack.sealedBytes;
    this.progress.add(pack.sealedBytes, 1);
  }

  private async noting(read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (error) {
      if (!(error instanceof BackupEngineError)) throw error;
      if (error.code !== 'damaged' && error.code !== 'missing-object') throw error;
      const path = String(error.fields['path'] ?? '');
      this.problems.push({ code: error.code, path, message: error.message });
      return false;
    }
  }
}

function requireSample(percent: number): number {
  if (Number.isInteger(percent) && percent >= 5 && percent <= 100) return percent;
  throw new RangeError('a sample is a whole number of percent from 5 to 100');
}

/** Draws packs without replacement: a store cannot know which will be asked for. */
function drawSample(packs: readonly NeededPack[], percent: number): readonly NeededPack[] {
  const rest = [...packs];
  const wanted = Math.ceil((rest.length * percent) / 100);
  for (let at = 0; at < wanted; at++) {
    const other = at + (readU32be(randomBytes(4)) % (rest.length - at));
    [rest[at], rest[other]] = [rest[other]!, rest[at]!];
  }
  return rest.slice(0, wanted);
}
