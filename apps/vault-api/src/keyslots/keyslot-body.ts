import type { Keyslot } from '@coffer/contracts';
import { toHex, toRfc3339 } from '@coffer/foundation';
import type { KeyslotRow } from '@coffer/key-vault';

/** A keyslot as the wire has it. */
export function keyslotBody(row: Omit<KeyslotRow, 'state'> & Pick<Keyslot, 'state'>): Keyslot {
  const { keyslotId, kind, keyId, serial, state, provenAtMs } = row;
  return { keyslotId, kind, keyId: toHex(keyId), serial, state, provenAt: toRfc3339(provenAtMs) };
}
