import {
  Repository,
  repositoryStore,
  segmentsBetween,
  type OpenedSnapshot,
  type ProofTaker,
} from '@coffer/backup-engine';
import { browserPlatform, type StartWorker } from '@coffer/backup-engine/browser';
import type { ConversationItem, Segment } from '@coffer/backup-format';
import type { SqliteStarter } from '@coffer/chat-formats/browser';
import type { Message } from '@coffer/chat-model';
import { wipe } from '@coffer/crypto';
import type { BackupKey } from '@coffer/device-crypto';
import {
  DeviceError,
  type ConversationSummary,
  type DeviceParams,
  type DeviceRequestContext,
  type DeviceResult,
} from '@coffer/device-protocol';
import { fromBase64Url, toRfc3339 } from '@coffer/foundation';
import {
  OwnerSigner,
  readOwnerAgain,
  submitProof,
  VaultHeadKeeper,
  vaultStore,
  type DeviceAccount,
} from '@coffer/vault-device';
import { runFireDrill } from './fire-drill';
import { KeyRotation } from './key-rotation';
import { MessageSearch } from './message-search';
import { observedStore } from './observed-store';
import { PasskeyAddition } from './passkey-addition';
import { areGroupsOf, drawGroups, report } from './secret-check';
import { SnapshotChats } from './snapshot-chats';

/** Decoded segments that are kept: scrolling back and forth asks for the same ones. */
const segmentsKept = 16;

export interface OpenBackupOptions {
  readonly account: DeviceAccount;
  /** Base64url of 16 bytes. */
  readonly repositoryId: string;
  /** Taken over: {@link OpenedBackup.forget} wipes it. */
  readonly backupKey: BackupKey;
}

/** One open backup, and everything of it that this device has read. Lives in memory only. */
export class OpenedBackup {
  readonly repositoryId: string;
  readonly #account: DeviceAccount;
  readonly #backupKey: BackupKey;
  readonly #repository: Repository;
  readonly #bytes: ByteCount;
  readonly #snapshots = new Map<string, Promise<OpenedSnapshot>>();
  readonly #segments = new Map<string, Promise<readonly Message[]>>();
  /** Of one snapshot at a time: an index takes memory. */
  #searched: { readonly snapshotId: string; readonly search: MessageSearch; readonly totalBytes: number } | undefined;
  #addition: PasskeyAddition | undefined;
  #rotation: KeyRotation | undefined;
  /** Aborted once the keys are wiped: nothing may be judged, or signed, with what is left of them. */
  readonly #forgotten = new AbortController();
  #asked: { readonly groups: [number, number]; readonly isAgain: boolean } | undefined;

  private constructor(options: OpenBackupOptions, repository: Repository, bytes: ByteCount) {
    this.repositoryId = options.repositoryId;
    this.#account = options.account;
    this.#backupKey = options.backupKey;
    this.#repository = repository;
    this.#bytes = bytes;
  }

  /** @throws what the engine throws */
  static async open(options: OpenBackupOptions): Promise<OpenedBackup> {
    const { account, repositoryId, backupKey } = options;
    const { client, clock } = account;
    const bytes = new ByteCount();
    const id = fromBase64Url(repositoryId);
    const store = observedStore(repositoryStore(vaultStore(account), id), (count) => bytes.add(count));
    const headKeeper = new VaultHeadKeeper(client, repositoryId);
    const proofTaker: ProofTaker = {
      async take(proof) {
        const owned = await readOwnerAgain(account);
        await submitProof(owned, new OwnerSigner(owned, backupKey), proof);
      },
    };
    const parts = { store, backupKey, platform: browserPlatform, headKeeper, proofTaker, clock };
    const repository = await Repository.open(parts, id);
    return new OpenedBackup(options, repository, bytes);
  }

  /** Tells how many bytes were fetched since the call, until the returned function is called. */
  watchBytes(onBytes: (bytes: number) => void): () => void {
    return this.#bytes.watch(onBytes);
  }

  /** The newest first. Throws where none can be read, though some are there. */
  async listSnapshots(): Promise<DeviceResult<'listSnapshots'>> {
    const { snapshots, damaged } = await this.#repository.listSnapshots();
    if (snapshots.length === 0) await this.#requireEmpty(damaged.length);
    const summaries = snapshots.map(({ idHex, summary }) => ({
      snapshotId: idHex,
      generation: summary.generation,
      createdAt: toRfc3339(summary.createdAtMs),
      device: summary.device,
      conversations: summary.counts.conversations,
      messages: summary.counts.messages,
      files: summary.counts.files,
      sizeBytes: summary.bytes,
    }));
    return { snapshots: summaries, damaged: damaged.length };
  }

  /**
   * The conversation with the newest message first; those without an instant at the end.
   *
   * @param expect - told the bytes of the list before it is fetched
   */
  async listConversations(snapshotId: string, expect: (totalBytes: number) => void): Promise<ConversationSummary[]> {
    const items = await this.#conversations(snapshotId, expect);
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
      const messages = await this.#segment(`${snapshotId}/${conversationId}/${span.from}`, span.segment);
      found.push(...messages.slice(Math.max(0, from - span.from), Math.max(0, to - span.from)));
    }
    return found;
  }

  /**
   * Messages of a snapshot that have all words of `query`, the newest first. The first call reads all messages, for the index.
   *
   * @throws DeviceError as `MessageSearch.find`; what the engine throws
   */
  async searchMessages(
    { snapshotId, query, limit }: DeviceParams<'searchMessages'>,
    sqlite: SqliteStarter,
    { signal, progress }: DeviceRequestContext,
  ): Promise<DeviceResult<'searchMessages'>> {
    if (this.#searched?.snapshotId !== snapshotId) {
      const chats = new SnapshotChats({
        items: await this.#conversations(snapshotId),
        readSegment: (segment) => this.#repository.readSegment(segment),
        readMessage: async ({ conversation, index }) =>
          (await this.readMessages(snapshotId, String(conversation), index, index + 1))[0],
      });
      this.#searched?.search.close();
      this.#searched = { snapshotId, search: new MessageSearch(chats, sqlite), totalBytes: chats.totalBytes };
    }
    const { search, totalBytes } = this.#searched;
    const onIndexed = (part: number): void =>
      progress({ phase: 'reading', doneBytes: Math.min(totalBytes, Math.round(part * totalBytes)), totalBytes });
    return search.find(query, { limit, signal, onIndexed });
  }

  /** Reads a sample of the newest snapshot back, and proves to the vault what was sound. @throws as `runFireDrill` */
  runFireDrill(
    samplePercent: number,
    startWorker: StartWorker | undefined,
    { progress, signal }: DeviceRequestContext,
  ): Promise<DeviceResult<'runFireDrill'>> {
    const { signal: forgotten } = this.#forgotten;
    return runFireDrill({
      ...{ repository: this.#repository, samplePercent, startWorker, progress },
      signal: AbortSignal.any([signal, forgotten]),
    });
  }

  /** Begins to add a passkey for this backup's key; one that was begun before is forgotten. */
  beginPasskey(rpId: string): Promise<DeviceResult<'beginPasskey'>> {
    this.#addition = new PasskeyAddition({ account: this.#account, backupKey: this.#backupKey, rpId });
    return this.#addition.begin();
  }

  /** The passkey that is being added. @throws DeviceError `protocol` */
  addition(): PasskeyAddition {
    if (this.#addition === undefined) throw new DeviceError('protocol', 'begin to add a passkey first');
    return this.#addition;
  }

  /** Begins to replace this backup's key; a replacement that was begun before is forgotten. */
  beginRotation(rpId: string): Promise<DeviceResult<'beginRotation'>> {
    this.#rotation?.forget();
    this.#rotation = new KeyRotation({ account: this.#account, current: this.#backupKey, rpId });
    return this.#rotation.begin();
  }

  /** The replacement of the key that has begun. @throws DeviceError `protocol` */
  rotation(): KeyRotation {
    if (this.#rotation === undefined) throw new DeviceError('protocol', 'begin to replace the key first');
    return this.#rotation;
  }

  /** Draws the two groups of the digits that the person is asked for. */
  askGroups(): DeviceResult<'askGroups'> {
    const groups = drawGroups();
    this.#asked = { groups, isAgain: false };
    return { groups };
  }

  /**
   * Compares what was typed with the groups that were asked for. A typing error is no lost key: the vault hears of the second one.
   *
   * @throws DeviceError `protocol` before `askGroups`
   */
  async checkGroups(typed: readonly string[]): Promise<DeviceResult<'checkSecret'>> {
    const asked = this.#asked;
    if (asked === undefined) throw new DeviceError('protocol', 'ask for the groups first');
    const isRight = areGroupsOf(this.#backupKey, asked.groups, typed);
    this.#asked = isRight ? undefined : { ...asked, isAgain: true };
    if (!isRight && !asked.isAgain) return { isRight, nextCheckAt: null, failures: 0, shouldOfferKeyslot: false };
    return this.asHolder((account, key) => report(account, key, 'digits', isRight));
  }

  /** Runs an act that the holder of this backup's key signs, on the account as it is now. `act` keeps no key. */
  async asHolder<Result>(act: (account: DeviceAccount, backupKey: BackupKey) => Promise<Result>): Promise<Result> {
    return act(await readOwnerAgain(this.#account), this.#backupKey);
  }

  /** Overwrites every key and lets go of all that was read. Nothing may be asked of this object afterwards. */
  forget(): void {
    this.#forgotten.abort();
    const { keyring } = this.#repository.access;
    wipe(this.#backupKey, keyring.repositorySecret, ...keyring.epochs.map(({ key }) => key));
    wipe(this.#repository.access.ownerKey.seed);
    this.#searched?.search.close();
    this.#searched = undefined;
    this.#addition = undefined;
    this.#rotation?.forget();
    this.#rotation = undefined;
    this.#snapshots.clear();
    this.#segments.clear();
  }

  /** A backup that cannot be read, or whose head the owner did not sign, must not pass for an empty one. */
  async #requireEmpty(damaged: number): Promise<void> {
    const params = { repositoryId: this.repositoryId };
    const hasHead = (await this.#account.client.getHead({ params })).data.head !== null;
    if (damaged > 0 || hasHead) throw new DeviceError('damaged', 'no snapshot of this backup can be read');
  }

  async #conversations(
    snapshotId: string,
    expect?: (totalBytes: number) => void,
  ): Promise<readonly ConversationItem[]> {
    let snapshot = this.#snapshots.get(snapshotId);
    if (snapshot === undefined) {
      snapshot = this.#repository.openSnapshot(snapshotId);
      this.#snapshots.set(snapshotId, snapshot);
      snapshot.catch(() => this.#snapshots.delete(snapshotId));
    }
    const opened = await snapshot;
    expect?.(opened.summary.conversations.length);
    try {
      return await opened.conversations();
    } catch (error) {
      // What failed for want of a connection must be asked for anew.
      this.#snapshots.delete(snapshotId);
      throw error;
    }
  }

  #segment(key: string, segment: Segment): Promise<readonly Message[]> {
    const known = this.#segments.get(key);
    this.#segments.delete(key);
    const messages = known ?? this.#repository.readSegment(segment);
    this.#segments.set(key, messages);
    messages.catch(() => this.#segments.delete(key));
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
