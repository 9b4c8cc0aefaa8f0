import { decodeCbor, encodeCbor, type CborValue } from '@coffer/foundation';
import type { PurgeJob, PurgeObject } from '@coffer/purge';

/**
 * Rows keep the machine's own records whole, as deterministic CBOR. They were written by {@link encodeRecord} of this or an
 * earlier version; a column beside them never decides anything that the record says too.
 */
export function encodeRecord(record: PurgeObject | PurgeJob): Uint8Array {
  return encodeCbor(record as unknown as CborValue);
}

/** @throws EncodingError where the stored bytes are not what was written */
export function decodePurgeObject(bytes: Uint8Array): PurgeObject {
  // Written before devices could report: nobody did.
  const record = decodeCbor(bytes) as unknown as Omit<PurgeObject, 'report'> & Partial<Pick<PurgeObject, 'report'>>;
  return { ...record, report: record.report ?? null };
}

/** @throws EncodingError where the stored bytes are not what was written */
export function decodePurgeJob(bytes: Uint8Array): PurgeJob {
  return decodeCbor(bytes) as unknown as PurgeJob;
}
