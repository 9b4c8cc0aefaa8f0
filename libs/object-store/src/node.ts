export { DiskObjectStore } from './node/disk-object-store';
export { openObjectStore, type OpenObjectStoreOptions } from './node/open-object-store';
