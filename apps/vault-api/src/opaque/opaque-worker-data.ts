import { requireOpaqueServerSetup, type OpaqueServerSetup } from '@coffer/crypto';
import { requireBytes } from '@coffer/foundation';

/** What a thread of the pool is started with. */
export interface OpaqueWorkerData {
  readonly setup: OpaqueServerSetup;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Reads what a thread was started with. @throws EncodingError `invalid-length` */
export function readWorkerData(given: Readonly<Record<keyof OpaqueWorkerData, Uint8Array>>): OpaqueWorkerData {
  return {
    setup: requireOpaqueServerSetup(given.setup),
    publicKey: requireBytes(given.publicKey, 32, 'OPAQUE public key'),
  };
}
