import { describe, expect, it } from 'vitest';

import { waitUntilIdle } from './wait-until-idle';

/** A machine that is busy for so many minutes. */
function busyFor(minutes: number) {
  let waitedMs = 0;
  return {
    load: () => (waitedMs < minutes * 60_000 ? 0.5 : 0.49),
    wait: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      waitedMs += ms;
    },
    waited: () => waitedMs / 60_000,
  };
}

describe('waitUntilIdle', () => {
  const { signal } = new AbortController();

  it.each([0, 1, 360])('goes on when the machine is idle after %d minutes', async (minutes) => {
    const machine = busyFor(minutes);
    await waitUntilIdle(signal, machine);
    expect(machine.waited()).toBe(minutes);
  });

  it('gives up after six hours', async () => {
    const machine = busyFor(361);
    await expect(waitUntilIdle(signal, machine)).rejects.toMatchObject({ code: 'not-idle' });
    expect(machine.waited()).toBe(360);
  });

  it('stops when it is told to', async () => {
    await expect(waitUntilIdle(AbortSignal.abort(new TypeError('stop')), busyFor(1))).rejects.toThrow('stop');
  });
});
