import { RepositoryRemovals, type Emptied } from '@coffer/database';
import { fromHex } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DueSweep } from '../platform/due-sweep';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess } from '../storage/repository-access';

/** Objects that one step deletes at most: its transaction may not lie idle for long. */
const objectsAtOnce = 200;
/** Of them so many side by side. */
const sideBySide = 50;

/** Deletes the objects of removed repositories from the operator's store, and in the end their rows. */
@Injectable()
export class RemovalSweep extends DueSweep {
  protected readonly name = 'the sweep of removed repositories';
  readonly #access: RepositoryAccess;
  readonly #removals: RepositoryRemovals;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    super(parts);
    this.#access = access;
    this.#removals = new RepositoryRemovals(parts.database, parts.config.policy.removalSettleMs);
  }

  protected due(limit: number): Promise<readonly string[]> {
    return this.#removals.due(limit);
  }

  protected step(repositoryIdHex: string): Promise<void> {
    return this.#removals.take(repositoryIdHex, () => this.#empty(this.#access.key(fromHex(repositoryIdHex), '')));
  }

  async #empty(folder: string): Promise<Emptied> {
    const keys: string[] = [];
    for await (const { key } of this.#access.store.list(folder, { limit: objectsAtOnce })) keys.push(key);
    for (let at = 0; at < keys.length; at += sideBySide) {
      await Promise.all(keys.slice(at, at + sideBySide).map((key) => this.#delete(key)));
    }
    return keys.length === 0 ? 'emptied' : 'not-yet';
  }

  async #delete(key: string): Promise<void> {
    try {
      await this.#access.store.delete(key);
    } catch (error) {
      // a step before this one, cut off half-way
      if (!(error instanceof ObjectStoreError && error.code === 'not-found')) throw error;
    }
  }
}
