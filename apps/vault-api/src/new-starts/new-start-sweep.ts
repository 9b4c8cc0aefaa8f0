import { NewStart } from '@coffer/key-vault';
import { Inject, Injectable } from '@nestjs/common';
import { DueSweep } from '../platform/due-sweep';
import { VaultParts } from '../platform/vault-parts';

/** Tells that a new start is open, that it was not used, and that it can no longer be undone. */
@Injectable()
export class NewStartSweep extends DueSweep {
  protected readonly name = 'the sweep of new starts';
  readonly #newStart: NewStart;

  constructor(@Inject(VaultParts) parts: VaultParts, @Inject(NewStart) newStart: NewStart) {
    super(parts);
    this.#newStart = newStart;
  }

  protected due(limit: number): Promise<readonly string[]> {
    return this.parts.store.dueNewStarts(limit);
  }

  protected step(accountId: string): Promise<void> {
    return this.#newStart.step(accountId);
  }
}
