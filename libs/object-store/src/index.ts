export { ObjectStoreError, type ObjectStoreErrorCode } from './errors';
export { MemoryObjectStore } from './memory-object-store';
export { requireKeyPrefix, requireObjectKey } from './object-key';
export type {
  ByteRange,
  ListOptions,
  ObjectContent,
  ObjectEntry,
  ObjectInfo,
  ObjectStore,
  ObjectStoreCapabilities,
  ObjectStream,
  PutOptions,
  ReadOptions,
} from './object-store';
export { RateLimitedStore, type RateLimits, type RateTimer } from './rate-limited-store';
