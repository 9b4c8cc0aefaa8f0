import { decodeCbor, type CborValue } from '@coffer/foundation';

/**
 * Reads what `SegmentWriter` writes: the one value that fills `bytes` exactly, in deterministic CBOR of safe integers, text,
 * lists, maps, booleans and null.
 *
 * @throws EncodingError `invalid-encoding`, `not-canonical`
 */
export function readSegmentValue(bytes: Uint8Array): CborValue {
  return decodeCbor(bytes, { isPlain: true, deepest: 16 });
}
