export { createSha256, hkdfSha256, hmacSha256, sha256, sha512 } from './node/hashes';
