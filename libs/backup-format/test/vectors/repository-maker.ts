import {
  deriveChunkIdKey,
  deriveKeyId,
  deriveOwnerKey,
  deriveSealingKey,
  requireBackupKey,
  sealingContext,
  sealKeyring,
  type BackupKey,
  type ChunkedKey,
  type EpochKey,
  type Keyring,
  type KeyringEpoch,
  type OwnerKey,
  type RepositorySecret,
} from '@coffer/device-crypto';
import { sealChunkedSync } from '@coffer/device-crypto/node';
import { hashHead, signRepositoryStatement, type Head, type PruneList } from '@coffer/evidence';
import { hmacSha256, sha256 } from '@coffer/crypto';
import { concatBytes, u32be } from '@coffer/foundation';

import {
  digestSection,
  encodeConversationItems,
  encodeFileItems,
  encodeIndex,
  encodeKeyslot,
  encodePruneObject,
  encodeRepositoryConfig,
  encodeSigned,
  encodeSnapshot,
  encodeSnapshotSummary,
  objectIdHex,
  objectPaths,
  PackBuilder,
  type IndexedPack,
  type IndexPlace,
  type KeyslotObject,
} from '../../src/index';
import { nodeCompressor } from '../../src/node';
import type {
  Change,
  Chunk,
  PackSealing,
  SnapshotChanges,
  SnapshotContent,
  WrittenPack,
  WrittenSnapshot,
} from './made-objects';
import type { RandomSource } from './random-source';
import { createdAtMs, summaryOf } from './summary-of';

const unchanged: Change = (bytes) => bytes;
// One for all: each takes 16 MiB, and starts anew after `finish`.
const packBuilder = new PackBuilder();

/** Writes the objects of one repository into memory, byte for byte as docs/format/v1.md says, but for the changes asked for. */
export class RepositoryMaker {
  readonly objects = new Map<string, Uint8Array>();
  readonly repositoryId: Uint8Array<ArrayBuffer>;
  readonly secret: RepositorySecret;
  readonly epochs: KeyringEpoch[];
  readonly owners: Uint8Array<ArrayBuffer>[];
  readonly random: RandomSource;
  backupKey: BackupKey;
  keyringVersion = 1;
  config: Uint8Array = new Uint8Array(0);

  constructor(random: RandomSource) {
    this.random = random;
    this.backupKey = requireBackupKey(random(32));
    this.repositoryId = random(16);
    this.secret = random(32) as RepositorySecret;
    this.epochs = [{ epoch: 1, key: random(32) as EpochKey }];
    this.owners = [this.owner.publicKey];
  }

  get owner(): OwnerKey {
    return deriveOwnerKey(this.backupKey);
  }

  get epoch(): number {
    return this.epochs.at(-1)!.epoch;
  }

  /** What an object at this place is sealed under. */
  keyOf(kind: 'pack' | 'index' | 'snapshot' | 'prune', epoch: number, id: Uint8Array): ChunkedKey {
    const { key } = this.epochs.find((entry) => entry.epoch === epoch)!;
    return { inputKey: deriveSealingKey(key, kind), context: sealingContext(kind, this.repositoryId, epoch, id) };
  }

  /** Rotation: another backup key and another epoch; the next keyring is of the next version. */
  rotate(): void {
    this.backupKey = requireBackupKey(this.random(32));
    this.epochs.push({ epoch: this.epoch + 1, key: this.random(32) as EpochKey });
    this.owners.push(this.owner.publicKey);
    this.keyringVersion += 1;
  }

  writeConfig(features: readonly string[] = [], change: Change = unchanged): void {
    this.config = change(encodeRepositoryConfig({ repositoryId: this.repositoryId, features, createdAtMs }));
    this.objects.set(objectPaths.config, this.config);
  }

  writeKeyring(change: (keyring: Keyring) => Keyring = (keyring) => keyring, sealedChange: Change = unchanged): string {
    const keyring = change({
      keyringVersion: this.keyringVersion,
      repositorySecret: this.secret,
      epochs: this.epochs,
      ownerPublicKeys: this.owners,
      configSha256: sha256(this.config),
      mandatoryFeatures: [],
    });
    const path = objectPaths.keyring(deriveKeyId(this.backupKey), this.keyringVersion);
    this.objects.set(path, sealedChange(sealKeyring(this.backupKey, this.repositoryId, keyring, this.random(24))));
    return path;
  }

  writeKeyslot(kind: string, parameters: KeyslotObject['parameters'] = {}): void {
    const keyslot = encodeKeyslot({ kind, keyId: deriveKeyId(this.backupKey), createdAtMs, parameters });
    this.objects.set(objectPaths.keyslot(this.random(16)), keyslot);
  }

  /** @param frame - the zstd frame to be stored; true for one of level 3, false for the raw bytes */
  chunk(raw: Uint8Array, frame: Uint8Array | boolean = false): Chunk {
    const id = hmacSha256(deriveChunkIdKey(this.secret), raw);
    const content = frame === true ? nodeCompressor.compress(raw) : frame === false ? raw : frame;
    return { id, rawLength: raw.length, content, isCompressed: frame !== false };
  }

  writePack(
    chunks: readonly Chunk[],
    change: Change = unchanged,
    { packId, salt }: PackSealing = { packId: this.random(16), salt: this.random(24) },
  ): WrittenPack {
    const { epoch } = this;
    const entries = chunks.map((chunk) =>
      packBuilder.add(chunk.id, chunk.content, chunk.rawLength, chunk.isCompressed),
    );
    const { plaintext, table } = packBuilder.finish();
    const sealed = sealChunkedSync(this.keyOf('pack', epoch, packId), change(plaintext.slice()), salt);
    const path = objectPaths.pack(epoch, packId);
    this.objects.set(path, sealed);
    return { epoch, packId, sealedBytes: sealed.length, table, entries, path };
  }

  writeIndex(packs: readonly IndexedPack[], change: Change = unchanged): IndexPlace & { readonly path: string } {
    const { epoch } = this;
    const indexId = this.random(16);
    const plaintext = change(encodeIndex(packs));
    const path = objectPaths.index(epoch, indexId);
    this.objects.set(path, sealChunkedSync(this.keyOf('index', epoch, indexId), plaintext, this.random(24)));
    return { epoch, indexId, path };
  }

  writeSnapshot(content: SnapshotContent, changes: SnapshotChanges = {}): WrittenSnapshot {
    const { epoch, owner } = this;
    const id = this.random(16);
    const files = (changes.files ?? unchanged)(encodeFileItems(content.items));
    const conversations = (changes.conversations ?? unchanged)(encodeConversationItems(content.conversations));
    const summary = {
      ...summaryOf(id, content),
      files: digestSection(files),
      conversations: digestSection(conversations),
    };
    const body = (changes.summaryBytes ?? unchanged)(
      encodeSnapshotSummary((changes.summary ?? ((same) => same))(summary)),
    );
    const signer = changes.signer ?? owner;
    const fields = {
      purpose: changes.purpose ?? 'snapshot',
      repositoryId: this.repositoryId,
      keyId: deriveKeyId(this.backupKey),
    };
    const signed = signRepositoryStatement(signer.seed, fields as typeof fields & { purpose: 'snapshot' }, body);
    const section = (changes.filesAfterSigning ?? unchanged)(files.slice());
    const plaintext = (changes.plaintext ?? unchanged)(encodeSnapshot({ signed, conversations, files: section }));
    const sealed = sealChunkedSync(this.keyOf('snapshot', epoch, id), plaintext, this.random(24));
    const path = objectPaths.snapshot(epoch, id);
    this.objects.set(path, sealed);
    return { id, path, sealed, generation: content.generation };
  }

  /** Writes a prune list, whose place names no epoch but its own number. @returns its path */
  writePruneList(list: PruneList, change: Change = unchanged): string {
    const fields = {
      purpose: 'prune-list',
      repositoryId: this.repositoryId,
      keyId: deriveKeyId(this.backupKey),
    } as const;
    const plaintext = encodePruneObject(signRepositoryStatement(this.owner.seed, fields, list));
    const id = concatBytes(u32be(0), u32be(list.pruneGeneration));
    const path = objectPaths.prune(list.pruneGeneration);
    this.objects.set(path, change(sealChunkedSync(this.keyOf('prune', this.epoch, id), plaintext, this.random(24))));
    return path;
  }

  /** Writes the head that makes a snapshot current. @returns the head, and its path */
  writeHead(
    snapshot: WrittenSnapshot,
    previous: Head | undefined,
    change: (head: Head) => Head = (head) => head,
    signer: OwnerKey = this.owner,
  ): { readonly head: Head; readonly path: string } {
    const keyId = deriveKeyId(this.backupKey);
    const head = change({
      v: 1,
      repositoryId: this.repositoryId,
      keyId,
      keyringVersion: this.keyringVersion,
      epoch: this.epoch,
      generation: snapshot.generation,
      previous: previous === undefined ? null : hashHead(previous),
      pruneGeneration: 0,
      snapshotId: objectIdHex(snapshot.id),
      snapshotSha256: sha256(snapshot.sealed),
    });
    const fields = { purpose: 'head', repositoryId: this.repositoryId, keyId } as const;
    const path = objectPaths.head(snapshot.generation);
    this.objects.set(path, encodeSigned(signRepositoryStatement(signer.seed, fields, head)));
    return { head, path };
  }
}
