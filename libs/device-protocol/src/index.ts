export { type AccountState, type CheckedLedger, type HeldKeyslot, type LedgerEntry } from './account-methods';
export { connectDevice, type DeviceCallOptions, type DeviceClient } from './client';
export { csrfHeaderName } from './csrf';
export { mostNamed, type DrilledBackup } from './drill-methods';
export { type DevicePort, type DeviceProgress, type LockedEvent } from './envelopes';
export { DeviceError, deviceErrorCodes, type DeviceErrorCode } from './errors';
export {
  fileFormats,
  maximumFiles,
  maximumHits,
  type FileFormat,
  type FileKeyWanted,
  type FileSecret,
  type FileWarning,
  type SavedForm,
  type SearchHit,
} from './file-methods';
export { maximumMessagesPerRead, type GuessBudget } from './method';
export {
  deviceMethods,
  protocolVersion,
  type BackupSummary,
  type ConversationSummary,
  type DeviceMethod,
  type DeviceParams,
  type DeviceResult,
  type KeyslotSummary,
  type SnapshotSummary,
} from './methods';
export { type BegunSetup } from './setup-methods';
export { serveDevice, type DeviceHandlers, type DeviceRequestContext, type DeviceService } from './service';
