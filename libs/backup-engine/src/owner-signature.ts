import {
  decodeRepositoryStatement,
  verifyRepositoryStatement,
  type RepositoryBodies,
  type RepositoryPurpose,
  type SignedStatement,
} from '@coffer/evidence';

import type { RepositoryAccess } from './repository-access';

/**
 * The body of what an owner of the keyring signed. All owner keys are tried, the newest first: what is old bears an old
 * signature.
 *
 * @throws EvidenceError
 */
export function verifiedBody<P extends RepositoryPurpose>(
  { repositoryId, keyring }: Pick<RepositoryAccess, 'repositoryId' | 'keyring'>,
  signed: SignedStatement,
  purpose: P,
): RepositoryBodies[P] {
  const { keyId } = decodeRepositoryStatement(signed.statement);
  let failure: unknown;
  for (const ownerPublicKey of [...keyring.ownerPublicKeys].reverse()) {
    try {
      return verifyRepositoryStatement(signed, { purpose, repositoryId, keyId, ownerPublicKey }).body;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
