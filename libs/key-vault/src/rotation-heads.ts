import {
  checkHeadFollows,
  decodeHead,
  EvidenceError,
  hashHead,
  verifyRepositoryStatement,
  type RotatedHead,
  type RotationBody,
} from '@coffer/evidence';
import { equalBytes, toHex } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import type { NextHead, RepositoryHeadRow } from './ports/rows';
import { isOwnRepository } from './repository-removal';

/** What a rotation does to one repository. */
export interface RepositoryStep {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** Null where there is no head yet. */
  readonly next: NextHead | null;
}

/** Every repository of the former key, locked, with the head that is to follow; those of still older keys stay as they are. */
export async function planRepositories(
  session: AccountSession,
  body: RotationBody,
): Promise<readonly RepositoryStep[]> {
  const repositories = await session.transaction.lockRepositories();
  const owned = repositories.filter(({ keyId }) => isOwnRepository(session, keyId));
  requireSame(
    owned.map(({ repositoryId }) => toHex(repositoryId)),
    body.heads.map(({ repositoryId }) => toHex(repositoryId)),
    'the repositories of the account are not those that the rotation names; list them again',
  );
  return owned.map((repository) => {
    const rotated = body.heads.find(({ repositoryId }) => equalBytes(repositoryId, repository.repositoryId))!;
    return { repositoryId: repository.repositoryId, next: nextHead(repository, rotated, body) };
  });
}

/** @throws VaultError `head-behind`, `statement-invalid` */
function nextHead(repository: RepositoryHeadRow, rotated: RotatedHead, body: RotationBody): NextHead | null {
  const { repositoryId, headHash, head: current } = repository;
  const { expected, head: signed } = rotated;
  const isExpected = headHash === null || expected === null ? headHash === expected : equalBytes(headHash, expected);
  if (!isExpected) throw headBehind();
  if (signed === null || current === null) return null;
  const { newKeyId: keyId, newOwnerPublicKey: ownerPublicKey } = body;
  try {
    const expectation = { purpose: 'head', repositoryId, keyId, ownerPublicKey } as const;
    const { body: head } = verifyRepositoryStatement(signed, expectation);
    const previous = decodeHead(current.body);
    checkHeadFollows(previous, head, keyId);
    const isNewEpoch = head.keyringVersion > previous.keyringVersion && head.epoch > previous.epoch;
    if (!isNewEpoch) throw new VaultError('statement-invalid', 'a rotation begins a new keyring and a new epoch');
    return { head, hash: hashHead(head), signed };
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    if (cause.code === 'head-behind') throw headBehind(cause);
    throw new VaultError('statement-invalid', 'a new head does not bear the signature of the new owner key', {
      cause,
      fields: { reason: cause.reason },
    });
  }
}

/** Whether two lists name the same, in any order. @throws VaultError `rotation-behind` */
export function requireSame(found: readonly string[], named: readonly string[], message: string): void {
  if (found.length === named.length && found.every((id) => named.includes(id))) return;
  throw new VaultError('rotation-behind', message);
}

/** The head that was expected is not the one that is there. */
export function headBehind(cause?: unknown): VaultError {
  return new VaultError(
    'head-behind',
    'another device finished a backup meanwhile; prepare the rotation anew on top of it',
    cause === undefined ? {} : { cause },
  );
}
