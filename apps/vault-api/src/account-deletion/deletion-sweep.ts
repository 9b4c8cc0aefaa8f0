import { AccountDeletion } from '@coffer/key-vault';
import { Inject, Injectable } from '@nestjs/common';
import { DueSweep } from '../platform/due-sweep';
import { VaultParts } from '../platform/vault-parts';

/** Closes accounts whose deletion was asked for and has waited, and erases those that are closed and emptied. */
@Injectable()
export class DeletionSweep extends DueSweep {
  protected readonly name = 'the sweep of deletions';
  readonly #deletion: AccountDeletion;

  constructor(@Inject(VaultParts) parts: VaultParts, @Inject(AccountDeletion) deletion: AccountDeletion) {
    super(parts);
    this.#deletion = deletion;
  }

  protected due(limit: number): Promise<readonly string[]> {
    return this.parts.store.dueDeletions(limit);
  }

  protected step(accountId: string): Promise<void> {
    return this.#deletion.step(accountId);
  }
}
