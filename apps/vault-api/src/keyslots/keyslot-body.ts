import type { Keyslot, PasskeyWrap } from '@coffer/contracts';
import { toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import type { KeyslotRow, PasskeyRow } from '@coffer/key-vault';

/** A keyslot as the wire has it. */
export function keyslotBody(row: Omit<KeyslotRow, 'state'> & Pick<Keyslot, 'state'>): Keyslot {
  const { keyslotId, kind, keyId, serial, state, provenAtMs } = row;
  return { keyslotId, kind, keyId: toHex(keyId), serial, state, provenAt: toRfc3339(provenAtMs) };
}

/** The wrap of a passkey keyslot as the wire has it. */
export function passkeyWrapBody(row: PasskeyRow): PasskeyWrap {
  const { keyslotId, keyId, rpId, credentialId, prfSalt, sealedBackupKey } = row;
  return {
    ...{ keyslotId, keyId: toHex(keyId), rpId, credentialId: toBase64Url(credentialId) },
    ...{ prfSalt: toBase64Url(prfSalt), sealedBackupKey: toBase64Url(sealedBackupKey) },
  };
}
