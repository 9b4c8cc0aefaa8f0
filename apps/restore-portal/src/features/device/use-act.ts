'use client';

import { DeviceError } from '@coffer/device-protocol';
import { useState } from 'react';

/** Something that a person sets going: at most one at a time, with what came of it. */
export interface Act<Result> {
  readonly isBusy: boolean;
  readonly result: Result | null;
  readonly error: unknown;
  run(act: () => Promise<Result>): void;
}

/** Runs acts for a screen. */
export function useAct<Result>(onDone?: (result: Result) => void): Act<Result> {
  const [state, setState] = useState<{ isBusy: boolean; result: Result | null; error: unknown }>({
    isBusy: false,
    result: null,
    error: null,
  });
  const run = (act: () => Promise<Result>): void => {
    if (state.isBusy) return;
    setState({ isBusy: true, result: null, error: null });
    act().then(
      (result) => {
        setState({ isBusy: false, result, error: null });
        onDone?.(result);
      },
      (error: unknown) => {
        const isTaken = error instanceof DeviceError && error.code === 'cancelled';
        setState({ isBusy: false, result: null, error: isTaken ? null : error });
      },
    );
  };
  return { ...state, run };
}
