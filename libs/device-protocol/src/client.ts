import { fromDeviceSchema, type DevicePort, type DeviceProgress, type FromDevice, type LockedEvent } from './envelopes';
import { DeviceError } from './errors';
import {
  deviceMethods,
  protocolVersion,
  type DeviceMethod,
  type DeviceMethods,
  type DeviceParams,
  type DeviceResult,
} from './methods';

export interface DeviceCallOptions {
  /** Takes the request back; the promise then rejects with `cancelled`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DeviceProgress) => void;
  /** Buffers of the parameters that are handed over, not copied: the page can read them no more. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** The page's end of a device. */
export interface DeviceClient {
  /** @throws DeviceError, every code; `protocol` also where the answer does not have the shape of `method`'s result */
  call<Method extends DeviceMethod>(
    method: Method,
    params: DeviceParams<Method>,
    options?: DeviceCallOptions,
  ): Promise<DeviceResult<Method>>;
  /** @returns a function that ends the subscription */
  onLocked(listener: (event: LockedEvent) => void): () => void;
  /** Rejects what is under way with `failed`, and listens no more. For a worker that died, and for a page that leaves. */
  close(reason?: string): void;
}

interface Pending {
  readonly settle: (message: FromDevice) => void;
  readonly fail: (error: DeviceError) => void;
}

/**
 * Speaks to the device behind `port`: a `Worker`, or a `MessagePort` to one. Messages that no request waits for and
 * messages of another shape are dropped.
 */
export function connectDevice(port: DevicePort): DeviceClient {
  const pending = new Map<number, Pending>();
  const lockListeners = new Set<(event: LockedEvent) => void>();
  let lastId = 0;
  let closed: DeviceError | undefined;

  const receive = (event: MessageEvent): void => {
    const read = fromDeviceSchema.safeParse(event.data);
    if (!read.success) return;
    const message = read.data;
    if (message.type === 'locked') for (const listener of [...lockListeners]) listener(message);
    else pending.get(message.id)?.settle(message);
  };
  port.addEventListener('message', receive);
  port.start?.();

  return {
    call(method, params, options = {}) {
      if (closed !== undefined) return Promise.reject(closed);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const { signal, onProgress, transfer = [] } = options;
        const end = (): void => {
          pending.delete(id);
          signal?.removeEventListener('abort', cancel);
        };
        const fail = (error: DeviceError): void => {
          end();
          reject(error);
        };
        const cancel = (): void => {
          port.postMessage({ v: protocolVersion, type: 'cancel', id });
          fail(new DeviceError('cancelled', `${method} was taken back`));
        };
        if (signal?.aborted === true) return fail(new DeviceError('cancelled', `${method} was taken back`));
        signal?.addEventListener('abort', cancel);
        const settle = (message: FromDevice): void => {
          if (message.type === 'progress') return onProgress?.(message.progress);
          if (message.type === 'error') return fail(fromWire(message));
          if (message.type !== 'result') return;
          const result = readResult(method, message.result);
          if (result === undefined)
            return fail(
              new DeviceError('protocol', `the device gave a malformed answer to ${method}; reload the page`),
            );
          end();
          resolve(result);
        };
        pending.set(id, { settle, fail });
        port.postMessage({ v: protocolVersion, type: 'request', id, method, params }, { transfer: [...transfer] });
      });
    },
    onLocked(listener) {
      lockListeners.add(listener);
      return () => lockListeners.delete(listener);
    },
    close(reason = 'the device was closed; reload the page') {
      closed ??= new DeviceError('failed', reason);
      port.removeEventListener('message', receive);
      lockListeners.clear();
      for (const { fail } of [...pending.values()]) fail(closed);
    },
  };
}

function readResult<Method extends DeviceMethod>(method: Method, value: unknown): DeviceResult<Method> | undefined {
  const schema: DeviceMethods[Method]['result'] = deviceMethods[method].result;
  const read = schema.safeParse(value);
  return read.success ? (read.data as DeviceResult<Method>) : undefined;
}

function fromWire(message: FromDevice & { readonly type: 'error' }): DeviceError {
  return new DeviceError(message.code, message.message, { fields: message.fields, isRetryable: message.isRetryable });
}
