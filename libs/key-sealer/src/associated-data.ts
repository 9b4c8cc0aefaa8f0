import { encodeCbor } from '@coffer/foundation';
import type { SealingContext } from '@coffer/key-vault';

/**
 * The bytes that bind sealed bytes to their row: deterministic CBOR of the context and the epoch. Every kind of sealer uses
 * these, with epoch 0 for macs, whose key belongs to no epoch.
 */
export function associatedData(context: SealingContext, epoch: number): Uint8Array {
  const { account, serial, table, stateVersion, facts } = context;
  return encodeCbor({ v: 1, account, serial, table, stateVersion, facts: facts ?? {}, epoch });
}
