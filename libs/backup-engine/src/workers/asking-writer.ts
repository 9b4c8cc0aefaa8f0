import type { ChunkWriter } from './worker-platform';

/** Chunks that are on their way at once: 1 MiB each at most. */
const writesAtOnce = 4;

/** Has the thread that gives the work write, where a worker cannot. A few writes are under way, and then it waits. */
export class AskingWriter implements ChunkWriter {
  readonly #underWay = new Set<Promise<void>>();
  readonly #ask: (part: number, position: number, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>;
  #failure: { readonly error: unknown } | undefined;

  /** @param ask - takes the memory of the bytes; resolves when they are written */
  constructor(ask: (part: number, position: number, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>) {
    this.#ask = ask;
  }

  async write(part: number, position: number, bytes: Uint8Array): Promise<void> {
    // A copy of its own: a chunk may be written to several files, and may be a view of the pack.
    const writing: Promise<void> = this.#ask(part, position, new Uint8Array(bytes)).then(
      () => void this.#underWay.delete(writing),
      (error: unknown) => {
        this.#underWay.delete(writing);
        this.#failure ??= { error };
      },
    );
    this.#underWay.add(writing);
    if (this.#underWay.size >= writesAtOnce) await Promise.race(this.#underWay);
    this.#throwIfFailed();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#throwIfFailed();
  }

  close(): void {
    // Nothing is open here: what is under way is answered to the thread that writes.
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
