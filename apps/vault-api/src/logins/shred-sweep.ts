import { Recovery, VaultError } from '@coffer/key-vault';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { VaultParts } from '../platform/vault-parts';

const everyMs = 1_000;
const accountsAtOnce = 100;

/** Shreds records whose tenth guess has expired unanswered. Every process may do it: each account is locked first. */
@Injectable()
export class ShredSweep implements OnModuleInit, OnApplicationShutdown {
  readonly #parts: VaultParts;
  readonly #recovery: Recovery;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(@Inject(VaultParts) parts: VaultParts, @Inject(Recovery) recovery: Recovery) {
    this.#parts = parts;
    this.#recovery = recovery;
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#sweep());
    }, everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    if (this.#parts.ledger.sealedReason !== null) return;
    try {
      for (const accountId of await this.#parts.store.dueShreds(accountsAtOnce)) await this.#shred(accountId);
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the shred sweep waits for the database');
    }
  }

  async #shred(accountId: string): Promise<void> {
    try {
      await this.#recovery.shred(accountId);
    } catch (error) {
      // a sealed account keeps what it has until staff have repaired it
      if (!(error instanceof VaultError)) throw error;
    }
  }
}
