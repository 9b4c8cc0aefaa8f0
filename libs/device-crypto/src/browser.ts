export { argon2id } from './browser/argon2';
export { browserChunkedEncryption, openChunked, sealChunked } from './browser/chunked';
