export { connectDevice, type DeviceCallOptions, type DeviceClient } from './client';
export { csrfHeaderName } from './csrf';
export { type DevicePort, type DeviceProgress, type LockedEvent } from './envelopes';
export { DeviceError, deviceErrorCodes, type DeviceErrorCode } from './errors';
export {
  deviceMethods,
  maximumMessagesPerRead,
  protocolVersion,
  type BackupSummary,
  type ConversationSummary,
  type DeviceMethod,
  type DeviceParams,
  type DeviceResult,
  type GuessBudget,
  type KeyslotSummary,
  type SnapshotSummary,
} from './methods';
export { serveDevice, type DeviceHandlers, type DeviceRequestContext, type DeviceService } from './service';
