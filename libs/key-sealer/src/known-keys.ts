import { equalBytes, toHex } from '@coffer/foundation';
import { SealerError, type KnownKeys, type SealingEpochInfo } from '@coffer/key-vault';

/**
 * @param where - of the keys, for staff: a folder, or a token
 * @throws SealerError `wrong-key` where the root key is not the one that the database names
 */
export function requireRoot(rootId: Uint8Array, known: Pick<KnownKeys, 'rootId'> | undefined, where: string): void {
  if (known === undefined || equalBytes(known.rootId, rootId)) return;
  throw new SealerError(
    'wrong-key',
    `the root key ${where} is ${toHex(rootId)}, but the database was sealed under ${toHex(known.rootId)}. Bring that key back: from its copy, or out of its shares with "coffer-admin root restore".`,
    { fields: { found: toHex(rootId), wanted: toHex(known.rootId) } },
  );
}

/**
 * @param where - of the keys, for staff: a folder, or a token
 * @throws SealerError `key-missing`, `wrong-key` where the keys of an epoch that the database names are not among `found`
 */
export function requireEpochs(
  found: readonly Pick<SealingEpochInfo, 'epoch' | 'keyId'>[],
  known: KnownKeys | undefined,
  where: string,
): void {
  for (const { epoch, keyId, mayBeMissing } of known?.epochs ?? []) {
    if (mayBeMissing === true) continue;
    const here = found.filter((candidate) => candidate.epoch === epoch);
    if (here.some((candidate) => equalBytes(candidate.keyId, keyId))) continue;
    const fields = { epoch, wanted: toHex(keyId) };
    const [other] = here;
    if (other === undefined) {
      throw new SealerError(
        'key-missing',
        `the key of sealing epoch ${epoch}, ${toHex(keyId)}, is not ${where}; rows of the database are sealed under it. Put it back.`,
        { fields },
      );
    }
    throw new SealerError(
      'wrong-key',
      `the key of sealing epoch ${epoch} ${where} is ${toHex(other.keyId)}, but the database names ${toHex(keyId)}. Put that one back.`,
      { fields: { ...fields, found: toHex(other.keyId) } },
    );
  }
  if (found.length === 0) throw new SealerError('key-missing', `there is no epoch key ${where}`);
}
