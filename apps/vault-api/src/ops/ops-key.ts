import { utf8 } from '@coffer/foundation';
import type { KeySealer } from '@coffer/key-vault';

/** The key of pseudonyms: the same in every process of a vault, and derived anew by each. @returns 32 bytes */
export function pseudonymKey(sealer: KeySealer): Promise<Uint8Array> {
  const context = { account: 'vault', serial: 0, table: 'ops', stateVersion: 1 };
  return sealer.mac(utf8('coffer/v1/ops-pseudonym'), context);
}
