import { sha256 } from '@coffer/crypto';
import { concatBytes } from '@coffer/foundation';

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** Hash of a leaf: SHA-256(0x00 || entry) (RFC 6962, section 2.1). @returns 32 bytes */
export function hashLeaf(entry: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(leafPrefix, entry));
}

/** Hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962, section 2.1). @returns 32 bytes */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(nodePrefix, left, right));
}

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1). @returns 32 bytes */
export function emptyRoot(): Uint8Array<ArrayBuffer> {
  return sha256(new Uint8Array(0));
}
