import { MemoryObjectStore, type ObjectContent } from '@coffer/object-store';

/** A store in which something else happens at a chosen moment: just before or after an object under a prefix is stored, once. */
export class HookedStore extends MemoryObjectStore {
  #hook: { readonly prefix: string; readonly isAfter: boolean; readonly act: () => Promise<void> } | undefined;
  isExclusive = true;

  /** @returns whether it has happened, once the run is over */
  before(prefix: string, act: () => Promise<void>): () => boolean {
    return this.#on({ prefix, isAfter: false, act });
  }

  /** As `before`, when the object is stored. */
  after(prefix: string, act: () => Promise<void>): () => boolean {
    return this.#on({ prefix, isAfter: true, act });
  }

  #on(hook: { readonly prefix: string; readonly isAfter: boolean; readonly act: () => Promise<void> }): () => boolean {
    this.#hook = hook;
    return () => {
      const hasHappened = this.#hook !== hook;
      this.#hook = undefined;
      return hasHappened;
    };
  }

  override async capabilities(): Promise<{ readonly conditionalCreate: boolean }> {
    return { conditionalCreate: this.isExclusive };
  }

  override async put(key: string, content: ObjectContent): Promise<void> {
    const hook = this.#hook?.prefix !== undefined && key.startsWith(this.#hook.prefix) ? this.#hook : undefined;
    if (hook !== undefined) this.#hook = undefined;
    if (hook?.isAfter === false) await hook.act();
    await super.put(key, content);
    if (hook?.isAfter === true) await hook.act();
  }

  async keys(prefix = ''): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { key } of this.list(prefix)) keys.push(key);
    return keys;
  }

  /** Flips one bit of an object. */
  async damage(key: string): Promise<void> {
    const bytes = await this.get(key);
    bytes[bytes.length >> 1]! ^= 1;
    await this.delete(key);
    await super.put(key, bytes);
  }
}
