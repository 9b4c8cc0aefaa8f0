export { openKeyFileSealer, type KeyFileOptions, type KnownKeys } from './key-file-sealer';
