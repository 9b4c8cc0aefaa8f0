'use client';

import type { DeviceCallOptions, DeviceProgress } from '@coffer/device-protocol';
import { useCallback, useEffect, useState } from 'react';

/** What a call to the device has come to. */
export type CallState<Result> =
  | { readonly state: 'running'; readonly progress: DeviceProgress | null }
  | { readonly state: 'done'; readonly result: Result }
  | { readonly state: 'failed'; readonly error: unknown };

const begun = { state: 'running', progress: null } as const;

/**
 * Runs a call when the component appears, and again when `call` changes or `again` is called; takes it back when the
 * component goes.
 *
 * @param call - must stay the same function while it shall not run again
 */
export function useCall<Result>(
  call: (options: DeviceCallOptions) => Promise<Result>,
): CallState<Result> & { readonly again: () => void } {
  const [turn, setTurn] = useState(0);
  const [seen, setSeen] = useState<{ readonly of: unknown; readonly turn: number; readonly state: CallState<Result> }>({
    of: call,
    turn,
    state: begun,
  });
  useEffect(() => {
    const controller = new AbortController();
    const show = (state: CallState<Result>): void => {
      if (!controller.signal.aborted) setSeen({ of: call, turn, state });
    };
    call({ signal: controller.signal, onProgress: (progress) => show({ state: 'running', progress }) }).then(
      (result) => show({ state: 'done', result }),
      (error: unknown) => show({ state: 'failed', error }),
    );
    return () => controller.abort();
  }, [call, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  // What an earlier call gave is not shown for a later one.
  const state = seen.of === call && seen.turn === turn ? seen.state : begun;
  return { ...state, again };
}
