import { z } from 'zod';
import { deviceErrorCodes } from './errors';
import { deviceMethods, protocolVersion, type DeviceMethod } from './methods';

const version = z.literal(protocolVersion);
const requestId = z.int().positive();
const methodNames = Object.keys(deviceMethods) as [DeviceMethod, ...DeviceMethod[]];

/** What a device is doing for a request: `deriving` is Argon2id, which has no measure of progress. */
export const progressPhases = ['contacting', 'deriving', 'opening', 'reading', 'checking', 'proving'] as const;

const progressSchema = z.strictObject({
  phase: z.enum(progressPhases),
  doneBytes: z.number().nonnegative(),
  /** Null where the end is not known. */
  totalBytes: z.number().nonnegative().nullable(),
  /** Over the last seconds, where the device measures it; null while it cannot be told. */
  rate: z
    .strictObject({
      bytesPerSecond: z.number().nonnegative().nullable(),
      secondsLeft: z.number().nonnegative().nullable(),
    })
    .exactOptional(),
});
export type DeviceProgress = z.infer<typeof progressSchema>;

const lockedSchema = z.strictObject({ v: version, type: z.literal('locked'), reason: z.enum(['asked', 'signed-out']) });

/** The device has forgotten the backup key, whoever asked for it. */
export type LockedEvent = z.infer<typeof lockedSchema>;

/** Page to device. `params` is checked against its method after the envelope. */
export const toDeviceSchema = z.discriminatedUnion('type', [
  z.strictObject({
    v: version,
    type: z.literal('request'),
    id: requestId,
    method: z.enum(methodNames),
    params: z.unknown(),
  }),
  z.strictObject({ v: version, type: z.literal('cancel'), id: requestId }),
]);
export type ToDevice = z.infer<typeof toDeviceSchema>;

/** Device to page. `result` is checked against its method after the envelope. */
export const fromDeviceSchema = z.discriminatedUnion('type', [
  z.strictObject({ v: version, type: z.literal('result'), id: requestId, result: z.unknown() }),
  z.strictObject({
    v: version,
    type: z.literal('error'),
    id: requestId,
    code: z.enum(deviceErrorCodes),
    message: z.string(),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    isRetryable: z.boolean(),
  }),
  z.strictObject({ v: version, type: z.literal('progress'), id: requestId, progress: progressSchema }),
  lockedSchema,
]);
export type FromDevice = z.infer<typeof fromDeviceSchema>;

/** The part of `Worker`, `MessagePort` and `DedicatedWorkerGlobalScope` that the two ends need. */
export interface DevicePort {
  /** @param transfer - what leaves the sender's memory with the message */
  postMessage(message: unknown, options?: { readonly transfer?: ArrayBuffer[] }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  /** A `MessagePort` delivers nothing until it is started. */
  start?(): void;
}
