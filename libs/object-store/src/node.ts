export { DiskObjectStore } from './node/disk-object-store';
export { openObjectStore, type OpenObjectStoreOptions } from './node/open-object-store';
export { S3ObjectStore, type S3ObjectStoreOptions } from './node/s3-object-store';
