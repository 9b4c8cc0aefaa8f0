import { connectDevice, protocolVersion, type DeviceClient } from '@coffer/device-protocol';

/** A running device-worker, and how to end it. */
export interface RunningDevice {
  readonly client: DeviceClient;
  stop(): void;
}

/**
 * Starts the device of this page: the one thread that may hold the backup key. It gets the session's CSRF token by message.
 *
 * @param csrfToken - null for a visitor: the device then reads files of the visitor's own and asks no server
 *
 * @throws DeviceError `failed` where the worker does not start, `protocol` where it speaks another version
 */
export async function startDevice(csrfToken: string | null): Promise<RunningDevice> {
  const worker = new Worker('/device/worker.js', { name: 'coffer-device' });
  const client = connectDevice(worker);
  worker.addEventListener('error', (event) => {
    // The message of an error may hold content; the console of a browser is a log too.
    event.preventDefault();
    client.close('the device has stopped; reload the page');
  });
  const stop = (): void => {
    client.close();
    worker.terminate();
  };
  try {
    await client.call('hello', { protocol: protocolVersion });
    if (csrfToken !== null) await client.call('setCsrf', { token: csrfToken });
  } catch (error) {
    stop();
    throw error;
  }
  return { client, stop };
}
