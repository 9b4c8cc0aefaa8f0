import { anyBytesOf, bytesOf, damaged, mapOf, textOf } from './fields';
import type { KeyslotObject } from './keyslot';
import { formatLimits } from './limits';

/** What a keyslot of kind `passkey` says: all that its passkey needs to open the backup key (docs/key-labels.md). */
export interface PasskeyParameters {
  /** Relying party id. */
  readonly rpId: string;
  /** 1-1023 bytes. */
  readonly credentialId: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly prfSalt: Uint8Array<ArrayBuffer>;
  /** The backup key, sealed under what the passkey's PRF gives: 72 bytes. */
  readonly sealedBackupKey: Uint8Array<ArrayBuffer>;
}

/**
 * The parameters of a passkey's keyslot.
 *
 * @returns undefined where the keyslot is of another kind
 * @throws BackupFormatError `damaged`, `too-large`
 */
export function passkeyParameters({ kind, parameters }: KeyslotObject): PasskeyParameters | undefined {
  if (kind !== 'passkey') return undefined;
  const map = mapOf(parameters, ['rpId', 'credentialId', 'prfSalt', 'sealedBackupKey'], 'keyslot');
  const credentialId = anyBytesOf(map.credentialId, formatLimits.credentialIdBytes, 'keyslot');
  if (credentialId.length === 0) throw damaged('keyslot', 'a credential id is never empty');
  return {
    rpId: textOf(map.rpId, 1, formatLimits.rpIdCharacters, 'keyslot'),
    credentialId,
    prfSalt: bytesOf(map.prfSalt, 32, 'keyslot'),
    sealedBackupKey: bytesOf(map.sealedBackupKey, 72, 'keyslot'),
  };
}
