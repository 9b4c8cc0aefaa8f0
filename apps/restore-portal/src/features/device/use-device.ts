'use client';

import type { DeviceClient } from '@coffer/device-protocol';
import { useEffect, useState } from 'react';
import { startDevice, type RunningDevice } from './start-device';

/** The device of this page as it comes up. */
export type DeviceState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly device: DeviceClient }
  | { readonly state: 'failed'; readonly error: unknown };

/** One device for as long as the component lives. @param csrfToken - null for a visitor */
export function useDevice(csrfToken: string | null): DeviceState {
  const [state, setState] = useState<DeviceState>({ state: 'starting' });
  useEffect(() => {
    let running: RunningDevice | undefined;
    let isGone = false;
    startDevice(csrfToken).then(
      (started) => {
        running = started;
        if (isGone) started.stop();
        else setState({ state: 'ready', device: started.client });
      },
      (error: unknown) => {
        if (!isGone) setState({ state: 'failed', error });
      },
    );
    return () => {
      isGone = true;
      running?.stop();
    };
  }, [csrfToken]);
  return state;
}
