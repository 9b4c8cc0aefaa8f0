/** The newest state of a repository that a device has seen. */
export interface SeenState {
  readonly generation: number;
  /** SHA-256 of the head, 64 lower-case hexadecimal digits. */
  readonly headHashHex: string;
  readonly keyringVersion: number;
  readonly epoch: number;
  /** When it was seen first. */
  readonly atMs: number;
}

/** Where a device remembers what it has seen, so that a store cannot show it an older state. Loss is harmless but for that. */
export interface DeviceMemory {
  /** @param repositoryIdHex - 32 lower-case hexadecimal digits */
  recall(repositoryIdHex: string): Promise<SeenState | undefined>;
  remember(repositoryIdHex: string, state: SeenState): Promise<void>;
}

/** Remembers as long as the process lives. */
export class ProcessMemory implements DeviceMemory {
  readonly #states = new Map<string, SeenState>();

  async recall(repositoryIdHex: string): Promise<SeenState | undefined> {
    return this.#states.get(repositoryIdHex);
  }

  async remember(repositoryIdHex: string, state: SeenState): Promise<void> {
    this.#states.set(repositoryIdHex, state);
  }
}
