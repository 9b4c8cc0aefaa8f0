import { BackupEngineError, type CurrentHead, type ObjectRemover, type Removal } from '@coffer/backup-engine';
import { limits } from '@coffer/contracts';
import { fromBase64Url } from '@coffer/foundation';
import { VaultClientError } from '@coffer/vault-client';
import type { DeviceAccount } from './device-account';
import type { OwnerSigner } from './owner-signer';

/** Deletes objects of one repository through the vault, by owner-signed statements that are conditional on the head. */
export class VaultRemover implements ObjectRemover {
  readonly atOnce = limits.deletionPaths;
  readonly #account: DeviceAccount;
  readonly #signer: OwnerSigner;
  /** Base64url of 16 bytes, as routes name a repository. */
  readonly #repositoryId: string;

  constructor(account: DeviceAccount, signer: OwnerSigner, repositoryId: string) {
    this.#account = account;
    this.#signer = signer;
    this.#repositoryId = repositoryId;
  }

  async pinnedSnapshots(): Promise<ReadonlySet<string>> {
    const { pins } = await this.#account.client.listPins({ params: { repositoryId: this.#repositoryId } });
    return new Set(pins.map(({ snapshotId }) => snapshotId));
  }

  /**
   * The vault refuses a statement as a whole where a proof relies on one of its objects, so the paths are halved until it is
   * known which.
   */
  async remove(paths: readonly string[], head: CurrentHead): Promise<Removal> {
    if (paths.length === 0) return { deleted: 0, pinned: [] };
    try {
      return { deleted: await this.#delete(paths, head), pinned: [] };
    } catch (error) {
      if (!(error instanceof VaultClientError) || error.code !== 'pinned') throw error;
      if (paths.length === 1) return { deleted: 0, pinned: paths };
    }
    const middle = paths.length >> 1;
    const first = await this.remove(paths.slice(0, middle), head);
    const second = await this.remove(paths.slice(middle), head);
    return { deleted: first.deleted + second.deleted, pinned: [...first.pinned, ...second.pinned] };
  }

  async #delete(paths: readonly string[], { head, hash }: CurrentHead): Promise<number> {
    const deletion = {
      ...{ repositoryId: fromBase64Url(this.#repositoryId), headHash: hash },
      ...{ pruneGeneration: head.pruneGeneration, paths },
    };
    try {
      const { deleted } = await this.#account.client.deleteObjects({
        params: { repositoryId: this.#repositoryId },
        body: await this.#signer.vaultStatement('delete-objects', deletion),
      });
      return deleted;
    } catch (cause) {
      if (!(cause instanceof VaultClientError) || cause.code !== 'head-behind') throw cause;
      throw new BackupEngineError('head-changed', 'another device replaced the head; nothing more was deleted', {
        cause,
      });
    }
  }
}
