import { sha256 } from '@coffer/crypto';
import { formatKeyId, type KeyId } from '@coffer/device-crypto';
import {
  decodeHead,
  decodeRepositoryStatement,
  EvidenceError,
  verifyRepositoryStatement,
  type Head,
  type RotationNotice,
  type SignedStatement,
} from '@coffer/evidence';
import { equalBytes, toHex } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { HeadAccess } from '../heads';

/** What a head under another key says of itself. Nothing of it is verified: the key is not known. */
export interface ForeignHead {
  readonly generation: number;
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/** A head of this repository that names another key than the one at hand; undefined for anything else. */
export function headOfAnotherKey(access: HeadAccess, signed: SignedStatement): ForeignHead | undefined {
  try {
    const { purpose, repositoryId, keyId } = decodeRepositoryStatement(signed.statement);
    const head = decodeHead(signed.body);
    const isForeign =
      purpose === 'head' &&
      equalBytes(repositoryId, access.repositoryId) &&
      equalBytes(keyId, head.keyId) &&
      !equalBytes(keyId, access.keyId);
    return isForeign ? { generation: head.generation, keyId, hash: sha256(signed.body) } : undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

/**
 * Refuses to go on with a key that its own owner replaced. Where no statement of the former owner key says so, the foreign head
 * may be anybody's, and the own one stays current.
 *
 * @param own - the newest head that this key signed
 * @param above - the one that lies directly above it
 * @throws BackupEngineError `key-rotated`
 */
export async function refuseFormerKey(access: HeadAccess, own: Head, above: ForeignHead): Promise<void> {
  if (above.generation !== own.generation + 1) return;
  const signed = await access.headKeeper.rotation?.(above.generation, above.hash);
  const notice = signed === undefined ? undefined : verifiedNotice(access, signed);
  const isMeant =
    notice !== undefined &&
    notice.generation === above.generation &&
    equalBytes(notice.headHash, above.hash) &&
    equalBytes(notice.newKeyId, above.keyId);
  if (isMeant) throw rotated(above.keyId);
}

/** Why a key that signed no head of a repository cannot read it, though it has a keyring there. */
export function underAnotherKey({ headKeeper }: HeadAccess, { keyId }: ForeignHead): BackupEngineError {
  if (headKeeper.rotation === undefined) return rotated(keyId);
  return new BackupEngineError(
    'wrong-key',
    `the backups here are under another key (${formatKeyId(keyId as KeyId)}); nothing was changed. If a change of the key was ` +
      'interrupted, finish it with "coffer keyslots rotate"; until then the former key opens them',
    { fields: { keyId: toHex(keyId) } },
  );
}

function verifiedNotice(
  { repositoryId, keyId, ownerKey }: HeadAccess,
  signed: SignedStatement,
): RotationNotice | undefined {
  const expected = { purpose: 'rotation', repositoryId, keyId, ownerPublicKey: ownerKey.publicKey } as const;
  try {
    return verifyRepositoryStatement(signed, expected).body;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

function rotated(keyId: Uint8Array): BackupEngineError {
  return new BackupEngineError(
    'key-rotated',
    `the key of this backup was replaced by another one (${formatKeyId(keyId as KeyId)}); nothing was read or written under the ` +
      'former key. Use the new key',
    { fields: { keyId: toHex(keyId) } },
  );
}
