export { argon2id } from './node/argon2';
export { nodeChunkedEncryption, openChunkedSync, sealChunkedSync } from './node/chunked';
