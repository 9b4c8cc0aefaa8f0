import { toDeviceSchema, type DevicePort, type DeviceProgress, type FromDevice, type LockedEvent } from './envelopes';
import { DeviceError } from './errors';
import {
  deviceMethods,
  protocolVersion,
  type DeviceMethod,
  type DeviceMethods,
  type DeviceParams,
  type DeviceResult,
} from './methods';

/** What a handler gets besides its parameters. */
export interface DeviceRequestContext {
  /** Aborted when the page takes the request back. */
  readonly signal: AbortSignal;
  readonly progress: (progress: DeviceProgress) => void;
}

/** One function per method. What it throws reaches the page as `DeviceError`; any other error as a bare `failed`. */
export type DeviceHandlers = {
  readonly [Method in DeviceMethod]: (
    params: DeviceParams<Method>,
    context: DeviceRequestContext,
  ) => Promise<DeviceResult<Method>>;
};

/** The device's end. */
export interface DeviceService {
  /** Tells the page that the backup key is forgotten. */
  announceLocked(reason: LockedEvent['reason']): void;
  /** Aborts what is under way, and listens no more. */
  close(): void;
}

/**
 * Answers requests on `port` with `handlers`. Every message is checked before a handler sees it. A message that is no
 * request of this version but carries a usable id is answered with `protocol`; anything else is dropped.
 */
export function serveDevice(port: DevicePort, handlers: DeviceHandlers): DeviceService {
  const running = new Map<number, AbortController>();
  const post = (message: FromDevice): void => port.postMessage(message);

  const run = <Method extends DeviceMethod>(
    method: Method,
    params: unknown,
    context: DeviceRequestContext,
  ): Promise<DeviceResult<Method>> => handlers[method](readParams(method, params), context);

  const answer = async (id: number, method: DeviceMethod, params: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const result = await run(method, params, {
        signal: controller.signal,
        progress: (progress) => {
          if (running.get(id) === controller) post({ v: protocolVersion, type: 'progress', id, progress });
        },
      });
      post({ v: protocolVersion, type: 'result', id, result });
    } catch (error) {
      post(toWire(id, controller.signal.aborted ? new DeviceError('cancelled', `${method} was taken back`) : error));
    } finally {
      running.delete(id);
    }
  };

  const receive = (event: MessageEvent): void => {
    const read = toDeviceSchema.safeParse(event.data);
    if (!read.success) {
      const id = usableId(event.data);
      if (id !== undefined) post(toWire(id, new DeviceError('protocol', 'page and device differ; reload the page')));
    } else if (read.data.type === 'cancel') {
      running.get(read.data.id)?.abort();
    } else if (running.has(read.data.id)) {
      post(toWire(read.data.id, new DeviceError('protocol', 'two requests bear the same id')));
    } else {
      void answer(read.data.id, read.data.method, read.data.params);
    }
  };
  port.addEventListener('message', receive);
  port.start?.();

  return {
    announceLocked: (reason) => post({ v: protocolVersion, type: 'locked', reason }),
    close() {
      port.removeEventListener('message', receive);
      for (const controller of running.values()) controller.abort();
    },
  };
}

function readParams<Method extends DeviceMethod>(method: Method, value: unknown): DeviceParams<Method> {
  const schema: DeviceMethods[Method]['params'] = deviceMethods[method].params;
  const read = schema.safeParse(value);
  // The issues of zod would repeat what was sent, which may be a secret.
  if (!read.success) throw new DeviceError('protocol', `malformed parameters for ${method}`);
  return read.data as DeviceParams<Method>;
}

function usableId(data: unknown): number | undefined {
  if (typeof data !== 'object' || data === null || !('id' in data)) return undefined;
  return Number.isSafeInteger(data.id) && (data.id as number) > 0 ? (data.id as number) : undefined;
}

function toWire(id: number, error: unknown): FromDevice {
  const known =
    error instanceof DeviceError ? error : new DeviceError('failed', 'something went wrong inside the device');
  return {
    v: protocolVersion,
    type: 'error',
    id,
    code: known.code,
    message: known.message,
    fields: { ...known.fields },
    isRetryable: known.isRetryable,
  };
}
