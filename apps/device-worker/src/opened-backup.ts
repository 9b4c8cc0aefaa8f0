import { Repository, segmentsBetween, type OpenedSnapshot } from '@coffer/backup-engine';
import { browserPlatform } from '@coffer/backup-engine/browser';
import type { ConversationItem, Segment } from '@coffer/backup-format';
import type { Message } from '@coffer/chat-model';
import { wipe } from '@coffer/crypto';
import type { BackupKey } from '@coffer/device-crypto';
import { DeviceError, type ConversationSummary, type SnapshotSummary } from '@coffer/device-protocol';
import { fromBase64Url, toRfc3339, type Clock } from '@coffer/foundation';
import { VaultObjectStore, type VaultClient } from '@coffer/vault-client';
import { grantedStore } from './granted-store';
import { vaultHeadKeeper } from './vault-head-keeper';

/** Decoded segments that are kept: scrolling back and forth asks for the same ones. */
const segmentsKept = 16;

export interface OpenBackupOptions {
  readonly client: VaultClient;
  readonly clock: Clock;
  /** Base64url of 16 bytes. */
  readonly repositoryId: string;
  /** Taken over: {@link OpenedBackup.forget} wipes it. */
  readonly backupKey: BackupKey;
}

/** One open backup, and everything of it that this device has read. Lives in memory only. */
export class OpenedBackup {
  readonly repositoryId: string;
  readonly #backupKey: BackupKey;
  readonly #repository: Repository;
  readonly #bytes: ByteCount;
  readonly #snapshots = new Map<string, Promise<OpenedSnapshot>>();
  readonly #segments = new Map<Segment, Promise<readonly Message[]>>();

  private constructor(options: OpenBackupOptions, repository: Repository, bytes: ByteCount) {
    this.repositoryId = options.repositoryId;
    this.#backupKey = options.backupKey;
    this.#repository = repository;
    this.#bytes = bytes;
  }

  /** @throws DeviceError `damaged`; what the engine throws */
  static async open(options: OpenBackupOptions): Promise<OpenedBackup> {
    const { client, clock, repositoryId, backupKey } = options;
    const bytes = new ByteCount();
    const headKeeper = vaultHeadKeeper(client, repositoryId);
    const store = grantedStore(new VaultObjectStore({ client, clock }), repositoryId, (count) => bytes.add(count));
    const repository = await Repository.open(
      { store, backupKey, platform: browserPlatform, headKeeper, clock },
      fromBase64Url(repositoryId),
    );
    if (headKeeper.hasHead() && (await repository.head()) === undefined) {
      throw new DeviceError('damaged', 'the vault shows a head that the owner of this backup did not sign');
    }
    return new OpenedBackup(options, repository, bytes);
  }

  /** Tells how many bytes were fetched since the call, until the returned function is called. */
  watchBytes(onBytes: (bytes: number) => void): () => void {
    return this.#bytes.watch(onBytes);
  }

  /** The newest first. */
  async listSnapshots(): Promise<SnapshotSummary[]> {
    const { snapshots } = await this.#repository.listSnapshots();
    return snapshots.map(({ idHex, summary }) => ({
      snapshotId: idHex,
      generation: summary.generation,
      createdAt: toRfc3339(summary.createdAtMs),
      device: summary.device,
      conversations: summary.counts.conversations,
      messages: summary.counts.messages,
      files: summary.counts.files,
      sizeBytes: summary.bytes,
    }));
  }

  /** The conversation with the newest message first; those without an instant at the end. */
  async listConversations(snapshotId: string): Promise<ConversationSummary[]> {
    const items = await this.#conversations(snapshotId);
    const summaries = items.map((item, index) => ({
      conversationId: String(index),
      source: item.source,
      conversation: item.conversation,
      messageCount: item.messages,
      firstMessageMs: item.firstMs,
      lastMessageMs: item.lastMs,
    }));
    return summaries.sort((left, right) => (right.lastMessageMs ?? -Infinity) - (left.lastMessageMs ?? -Infinity));
  }

  /**
   * Messages `from` (inclusive) to `to` (exclusive), counted from the oldest; fewer at the end.
   *
   * @throws DeviceError `not-found`
   */
  async readMessages(snapshotId: string, conversationId: string, from: number, to: number): Promise<Message[]> {
    const item = (await this.#conversations(snapshotId))[Number(conversationId)];
    if (item === undefined) throw new DeviceError('not-found', 'there is no such conversation in this snapshot');
    const found: Message[] = [];
    for (const span of segmentsBetween(item, from, to)) {
      const messages = await this.#segment(span.segment);
      found.push(...messages.slice(Math.max(0, from - span.from), Math.max(0, to - span.from)));
    }
    return found;
  }

  /** Overwrites every key and lets go of all that was read. Nothing may be asked of this object afterwards. */
  forget(): void {
    const { keyring } = this.#repository.access;
    wipe(this.#backupKey, keyring.repositorySecret, ...keyring.epochs.map(({ key }) => key));
    wipe(this.#repository.access.ownerKey.seed);
    this.#snapshots.clear();
    this.#segments.clear();
  }

  async #conversations(snapshotId: string): Promise<readonly ConversationItem[]> {
    let snapshot = this.#snapshots.get(snapshotId);
    if (snapshot === undefined) {
      snapshot = this.#repository.openSnapshot(snapshotId);
      this.#snapshots.set(snapshotId, snapshot);
      snapshot.catch(() => this.#snapshots.delete(snapshotId));
    }
    const opened = await snapshot;
    try {
      return await opened.conversations();
    } catch (error) {
      // What failed for want of a connection must be asked for anew.
      this.#snapshots.delete(snapshotId);
      throw error;
    }
  }

  #segment(segment: Segment): Promise<readonly Message[]> {
    const known = this.#segments.get(segment);
    this.#segments.delete(segment);
    const messages = known ?? this.#repository.readSegment(segment);
    this.#segments.set(segment, messages);
    messages.catch(() => this.#segments.delete(segment));
    const [oldest] = this.#segments.keys();
    if (this.#segments.size > segmentsKept && oldest !== undefined) this.#segments.delete(oldest);
    return messages;
  }
}

/** Bytes as they arrive, for whoever watches. */
class ByteCount {
  readonly #watchers = new Set<(bytes: number) => void>();

  add(bytes: number): void {
    for (const watcher of this.#watchers) watcher(bytes);
  }

  watch(onBytes: (bytes: number) => void): () => void {
    let total = 0;
    const watcher = (bytes: number): void => onBytes((total += bytes));
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
