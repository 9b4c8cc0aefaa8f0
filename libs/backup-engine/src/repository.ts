import { objectIdHex, type ConversationItem, type Segment } from '@coffer/backup-format';
import type { Message } from '@coffer/chat-model';
import type { KeyId } from '@coffer/device-crypto';

import { newRepositoryId, writeNewRepository } from './create-repository';
import { BackupEngineError } from './errors';
import type { CurrentHead } from './head-keeper';
import { readHead, rememberHead } from './heads';
import { openAccess } from './open-repository';
import { OpenedSnapshot } from './opened-snapshot';
import { PackRanges } from './pack-ranges';
import { readMessages, readSegment } from './read-conversation';
import type { RepositoryAccess, RepositoryOptions } from './repository-access';
import { placeOf } from './sealed-objects';
import { listSnapshots, openSummary, type SnapshotList } from './snapshots';

/** An open repository: one account's encrypted backups. The same on every platform. */
export class Repository {
  /** For the other parts of the engine. */
  readonly access: RepositoryAccess;
  readonly #ranges: PackRanges;

  private constructor(access: RepositoryAccess) {
    this.access = access;
    this.#ranges = new PackRanges(access);
  }

  /**
   * Makes a repository: config, keyring, a keyslot of kind `digits`. Nothing is overwritten.
   *
   * @param repositoryId - 16 bytes; a new one unless told. `options.store` must lead to it
   * @throws BackupEngineError `already-exists`
   */
  static async create(options: RepositoryOptions, repositoryId: Uint8Array = newRepositoryId()): Promise<Repository> {
    await writeNewRepository(options, repositoryId);
    return Repository.open(options, repositoryId);
  }

  /**
   * @param repositoryId - 16 bytes; `findRepository` finds it in a store that holds several
   * @throws BackupEngineError `wrong-key`, `no-repository`, `damaged`, `head-rolled-back`; BackupFormatError `unsupported-…`
   */
  static async open(options: RepositoryOptions, repositoryId: Uint8Array): Promise<Repository> {
    return new Repository(await openAccess(options, repositoryId));
  }

  /** 16 bytes. */
  get id(): Uint8Array {
    return this.access.repositoryId;
  }

  /** 32 lower-case hexadecimal digits. */
  get idHex(): string {
    return objectIdHex(this.access.repositoryId);
  }

  /** 8 bytes, public. */
  get keyId(): KeyId {
    return this.access.keyId;
  }

  /** The current head; undefined before the first backup. @throws BackupEngineError `head-rolled-back` */
  async head(): Promise<CurrentHead | undefined> {
    const current = await readHead(this.access);
    if (current !== undefined) await rememberHead(this.access, current);
    return current;
  }

  /** All dated snapshots, newest first. */
  async listSnapshots(): Promise<SnapshotList> {
    return listSnapshots(this.access, await this.head());
  }

  /**
   * @param idHex - 32 digits, or the first ones where they are enough; the current snapshot unless told
   * @throws BackupEngineError `no-snapshot`, `damaged`, `missing-object`
   */
  async openSnapshot(idHex?: string): Promise<OpenedSnapshot> {
    const current = await this.head();
    if (current === undefined) throw new BackupEngineError('no-snapshot', 'there is no backup in this repository yet');
    if (idHex === undefined || idHex === current.head.snapshotId) {
      const { epoch, snapshotId } = current.head;
      return new OpenedSnapshot(await openSummary(this.access, placeOf('snapshot', epoch, snapshotId)));
    }
    const { snapshots } = await listSnapshots(this.access, current);
    const [found, ...others] = snapshots.filter((snapshot) => snapshot.idHex.startsWith(idHex));
    if (found === undefined || others.length > 0 || idHex.length === 0) {
      const message = others.length > 0 ? 'these digits fit several snapshots; give more' : 'there is no such snapshot';
      throw new BackupEngineError('no-snapshot', `${message}; "coffer snapshots" lists them`);
    }
    return new OpenedSnapshot(await openSummary(this.access, placeOf('snapshot', found.epoch, found.idHex)));
  }

  /** The messages of one segment. @throws BackupEngineError `damaged`, `missing-object` */
  readSegment(segment: Segment): Promise<readonly Message[]> {
    return readSegment(this.access, this.#ranges, segment);
  }

  /**
   * The messages `from` (inclusive) to `to` (exclusive) of a conversation, counted from the oldest; fewer at its end.
   *
   * @throws BackupEngineError `damaged`, `missing-object`
   */
  readMessages(conversation: ConversationItem, from: number, to: number): Promise<readonly Message[]> {
    return readMessages(this.access, this.#ranges, conversation, from, to);
  }
}
