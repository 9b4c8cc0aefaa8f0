import { Recovery } from '@coffer/key-vault';
import { Inject, Injectable } from '@nestjs/common';
import { DueSweep } from '../platform/due-sweep';
import { VaultParts } from '../platform/vault-parts';

/** Shreds records whose tenth guess has expired unanswered. */
@Injectable()
export class ShredSweep extends DueSweep {
  protected readonly name = 'the shred sweep';
  readonly #recovery: Recovery;

  constructor(@Inject(VaultParts) parts: VaultParts, @Inject(Recovery) recovery: Recovery) {
    super(parts);
    this.#recovery = recovery;
  }

  protected due(limit: number): Promise<readonly string[]> {
    return this.parts.store.dueShreds(limit);
  }

  protected step(accountId: string): Promise<void> {
    return this.#recovery.shred(accountId);
  }
}
