import { VaultError } from '@coffer/key-vault';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { VaultParts } from './vault-parts';

/** How many of them one round takes. */
const atOnce = 100;

/**
 * Does what falls due by the clock on accounts or repositories, once a second unless told. Every process may do it: each step
 * begins with a lock, and whoever comes second finds nothing due.
 */
export abstract class DueSweep implements OnModuleInit, OnApplicationShutdown {
  protected readonly parts: VaultParts;
  /** Said in the log where the database does not answer. */
  protected abstract readonly name: string;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: VaultParts, everyMs = 1_000) {
    this.parts = parts;
    this.#everyMs = everyMs;
  }

  /** Ids of what something is due on, at most `limit`. */
  protected abstract due(limit: number): Promise<readonly string[]>;
  /** Does what is due on one of them. */
  protected abstract step(id: string): Promise<void>;

  onModuleInit(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#sweep());
    }, this.#everyMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    if (this.parts.ledger.sealedReason !== null) return;
    try {
      for (const id of await this.due(atOnce)) await this.#one(id);
    } catch (error) {
      this.parts.log.warn({ err: error }, `${this.name} waits for what it needs`);
    }
  }

  async #one(id: string): Promise<void> {
    try {
      await this.step(id);
    } catch (error) {
      // a sealed account keeps what it has until staff have repaired it
      if (!(error instanceof VaultError)) throw error;
    }
  }
}
