import { setTimeout as pause } from 'node:timers/promises';

/** How long work goes on before others have their turn, and how much longer than that the rest is. */
const sliceMs = 5;
const restFactor = 2;

/** Divides long work in one thread, so that requests that come meanwhile wait for some milliseconds of it and not for all. */
export class Pace {
  #since = performance.now();

  /** To be called after each small piece; rests where a slice is used up. */
  async breathe(): Promise<void> {
    const worked = performance.now() - this.#since;
    if (worked < sliceMs) return;
    await pause(worked * restFactor);
    this.#since = performance.now();
  }
}
