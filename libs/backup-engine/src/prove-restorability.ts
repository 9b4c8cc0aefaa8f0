import { formatLimits, readPack, type FileItem } from '@coffer/backup-format';
import { deriveChunkIdKey, sealedSize } from '@coffer/device-crypto';
import { ProofBuilder, type PlaintextIdentity, type ProofOfRestorability } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';

import { chunkIdsOf, indexPacks, loadPacks, openChunk, type ChunkIndex } from './chunk-index';
import { BackupEngineError } from './errors';
import type { RunOptions } from './events';
import { readingObject, throwIfStopped } from './guard';
import { findNeeds, type Needs } from './needed-packs';
import { Progress } from './progress';
import { releaseWhole } from './release';
import type { Repository } from './repository';
import { SealedObjects } from './sealed-objects';
import { readCommon } from './prove-common';

/** A proof, ready to be signed, and what it could not speak of. */
export interface RestorabilityProof {
  /** Body of the vault statement `proof`. */
  readonly body: ProofOfRestorability;
  /** Plaintext objects whose very bytes the current snapshot does not give back. */
  readonly unproven: readonly PlaintextIdentity[];
}

/** Packs that are open at one time: chunks of one file often alternate between two. */
const packsKept = 2;
/** Room for any pack that this engine writes, sealed. */
const mostBytes = sealedSize(formatLimits.packPlainBytes);

/**
 * Proves that the current snapshot gives back the bytes of plaintext objects: for each, the file items of its size are read
 * from the store with an empty cache, every pack whole, and hashed. Nothing is written.
 *
 * @throws BackupEngineError `no-snapshot`, `damaged`, `missing-object`, `stopped`
 */
export async function proveRestorability(
  repository: Repository,
  wanted: readonly PlaintextIdentity[],
  options: RunOptions = {},
): Promise<RestorabilityProof> {
  const current = await repository.head();
  if (current === undefined) throw new BackupEngineError('no-snapshot', 'there is no backup in this repository yet');
  const snapshot = await repository.openSnapshot();
  const { access } = repository;
  const builder = new ProofBuilder();
  const { paths: common, sealedBytes: objectBytes } = await readCommon(repository, snapshot, builder);
  const files = (await snapshot.items()).filter((item) => item.kind === 'file');
  const conversations = await snapshot.conversations();
  const index = await indexPacks(await loadPacks(access, snapshot.summary.indexes));
  const needs = findNeeds(files, conversations, index);
  const prover = new ItemProver(repository, index, builder, options);
  const unproven = await prover.proveAll(wanted, files, common);
  const { counts } = snapshot.summary;
  const body = builder.build({
    repositoryId: access.repositoryId,
    keyId: access.keyId,
    headHash: current.hash,
    snapshotId: snapshot.idHex,
    samplePercent: readPercent(prover.packsRead, needs),
    createdAtMs: access.clock.nowMs(),
    counts: {
      objects: 1 + snapshot.summary.indexes.length + needs.packs.size,
      bytes: [...needs.packs.values()].reduce((sum, pack) => sum + pack.sealedBytes, objectBytes),
      files: counts.files,
      conversations: counts.conversations,
      messages: counts.messages,
    },
  });
  return { body, unproven };
}

class ItemProver {
  readonly #packsSeen = new Set<number>();
  readonly #kept = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #hashes = new Map<string, Uint8Array>();
  readonly #chunkIdKey: Uint8Array;
  readonly #progress: Progress;

  constructor(
    private readonly repository: Repository,
    private readonly index: ChunkIndex,
    private readonly builder: ProofBuilder,
    private readonly options: RunOptions,
  ) {
    this.#chunkIdKey = deriveChunkIdKey(repository.access.keyring.repositorySecret);
    this.#progress = new Progress('prove', options.onEvent);
  }

  get packsRead(): number {
    return this.#packsSeen.size;
  }

  async proveAll(
    wanted: readonly PlaintextIdentity[],
    files: readonly FileItem[],
    common: readonly string[],
  ): Promise<readonly PlaintextIdentity[]> {
    this.#progress.bytesTotal = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#progress.filesTotal = wanted.length;
    const unproven: PlaintextIdentity[] = [];
    for (const plaintext of wanted) {
      const item = await this.#find(plaintext, files);
      if (item === undefined) unproven.push(plaintext);
      else this.builder.addItem(plaintext, item.path, [...common, ...this.#packPathsOf(item)]);
      this.#progress.add(plaintext.sizeBytes, 1);
    }
    this.#progress.tell(true);
    return unproven;
  }

  async #find(plaintext: PlaintextIdentity, files: readonly FileItem[]): Promise<FileItem | undefined> {
    for (const item of files) {
      if (item.sizeBytes !== plaintext.sizeBytes) continue;
      const known = this.#hashes.get(item.path) ?? (await this.#hash(item));
      this.#hashes.set(item.path, known);
      if (equalBytes(known, plaintext.sha256)) return item;
    }
    return undefined;
  }

  async #hash(item: FileItem): Promise<Uint8Array> {
    const { platform } = this.repository.access;
    const hash = platform.createSha256();
    for (const id of chunkIdsOf(item.chunkIds)) {
      throwIfStopped(this.options.signal);
      const place = this.index.table.get(id);
      if (place === undefined) throw new BackupEngineError('damaged', 'a file has a chunk that no index names');
      const plaintext = await this.#openPack(place.pack);
      const stored = plaintext.subarray(place.offset, place.offset + place.storedLength);
      const expected = { id, rawLength: place.rawLength };
      const path = this.#pathOf(place.pack);
      const raw = await readingObject(path, () => openChunk(platform, this.#chunkIdKey, stored, expected));
      hash.update(raw);
      releaseWhole(raw);
    }
    return hash.digest();
  }

  async #openPack(number: number): Promise<Uint8Array> {
    const kept = this.#kept.get(number);
    if (kept !== undefined) return kept;
    const pack = this.index.packs[number]!;
    const { objects, platform } = this.repository.access;
    const place = { kind: 'pack', epoch: pack.epoch, id: pack.packId } as const;
    const path = this.#pathOf(number);
    const sealed = await objects.fetchWhole(place, pack.sealedBytes, (bytes) => this.#memoryFor(bytes));
    this.builder.addObject({ path, sizeBytes: sealed.length, sha256: await platform.sha256(sealed) });
    const plaintext = await readingObject(path, async () => {
      const opened = await platform.openTaking(objects.keyOf(place), sealed);
      readPack(opened);
      return opened;
    });
    this.#packsSeen.add(number);
    this.#kept.set(number, plaintext);
    return plaintext;
  }

  /** The memory of the pack that was opened first, where it is large enough: packs come by the hundred. */
  #memoryFor(bytes: number): Uint8Array<ArrayBuffer> {
    const [oldest] = this.#kept;
    if (oldest === undefined || this.#kept.size < packsKept)
      return new Uint8Array(new ArrayBuffer(Math.max(bytes, mostBytes)), 0, bytes);
    this.#kept.delete(oldest[0]);
    const { buffer } = oldest[1];
    return buffer.byteLength >= bytes ? new Uint8Array(buffer, 0, bytes) : new Uint8Array(bytes);
  }

  #packPathsOf(item: FileItem): Iterable<string> {
    const numbers = new Set<number>();
    for (const id of chunkIdsOf(item.chunkIds)) numbers.add(this.index.table.get(id)!.pack);
    return [...numbers].map((number) => this.#pathOf(number));
  }

  #pathOf(number: number): string {
    const { epoch, packId } = this.index.packs[number]!;
    return SealedObjects.path({ kind: 'pack', epoch, id: packId });
  }
}

function readPercent(packsRead: number, needs: Needs): number {
  return needs.packs.size === 0 ? 100 : Math.max(1, Math.floor((100 * packsRead) / needs.packs.size));
}
