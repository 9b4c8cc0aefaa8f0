import type { SignedStatement as SignedText } from '@coffer/contracts';
import type { RepositoryRow } from '@coffer/database';
import {
  checkHeadFollows,
  decodeHead,
  decodeRepositoryStatement,
  hashHead,
  signedStatementFromJson,
  signedStatementToJson,
  verifyRepositoryStatement,
  type SignedStatement,
} from '@coffer/evidence';
import { equalBytes, fromBase64Url, toBase64Url } from '@coffer/foundation';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess, requireOwn } from '../storage/repository-access';
import { isBackup } from './is-backup';

/** A head and the tag that names it; both null before the first. */
export interface HeadAnswer {
  readonly head: SignedText | null;
  readonly etag: string | null;
}

/** What the caller believes to be there. */
export interface HeadCondition {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: '*' | undefined;
}

/** Keeps the head of each repository: replaced only by the one that follows it. */
@Injectable()
export class HeadsService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    this.#parts = parts;
    this.#access = access;
  }

  async get(accountId: string, repositoryId: string): Promise<HeadAnswer> {
    return toAnswer(await this.#access.require(accountId, repositoryId));
  }

  /**
   * Replaces the head by compare-and-swap. The very head that is there already is answered as if it had just been written:
   * a device that lost the answer asks again.
   *
   * @throws ProblemError `not-found`, `precondition-failed`, `malformed`; EvidenceError `statement-invalid`, `head-behind`,
   *   `wrong-owner-generation`
   */
  async replace(
    accountId: string,
    repositoryId: string,
    condition: HeadCondition,
    statement: SignedText,
  ): Promise<HeadAnswer> {
    if ((condition.ifMatch === undefined) === (condition.ifNoneMatch === undefined)) {
      throw new ProblemError('malformed', 'Exactly one of If-Match and If-None-Match is needed.');
    }
    const id = fromBase64Url(repositoryId);
    const signed = signedStatementFromJson(statement);
    const row = await this.#parts.accounts.within(accountId, async (session) => {
      const within = this.#access.rows.within(session.transaction.sql);
      const current = await this.#access.lock(within, accountId, id);
      if (current.head !== null && isSame(current.head, signed)) return current;
      const { keyId, ownerPublicKey } = session.account;
      if (keyId === null || ownerPublicKey === null) {
        throw new ProblemError('wrong-owner-generation', 'The account has no owner key yet.');
      }
      requireOwn(session.account, current);
      requireOwnKey(signed, keyId);
      requireCondition(condition, current);
      const expected = { purpose: 'head', repositoryId: id, keyId, ownerPublicKey } as const;
      const { body: next } = verifyRepositoryStatement(signed, expected);
      const former = current.head === null ? null : decodeHead(current.head.body);
      checkHeadFollows(former, next, keyId);
      const headHash = hashHead(next);
      if (!(await within.swapHead(accountId, next, headHash, signed, isBackup(former, next)))) {
        throw new ProblemError('head-behind', 'Another device replaced the head; read it again and build on it.');
      }
      await session.append('head-replaced', { repositoryId: id, generation: next.generation, headHash });
      return { ...current, head: signed, headHash };
    });
    return toAnswer(row);
  }
}

/** A device whose key was replaced meanwhile learns that, whatever head it believes to be there. */
function requireOwnKey(signed: SignedStatement, keyId: Uint8Array): void {
  if (equalBytes(decodeRepositoryStatement(signed.statement).keyId, keyId)) return;
  throw new ProblemError('wrong-owner-generation', 'The head was made under another backup key than the account’s.');
}

function requireCondition({ ifMatch, ifNoneMatch }: HeadCondition, row: RepositoryRow): void {
  const etag = etagOf(row);
  if (ifNoneMatch !== undefined ? etag === null : etag === ifMatch) return;
  throw new ProblemError('precondition-failed', 'The head is another one by now; read it again and build on it.');
}

function etagOf({ headHash }: Pick<RepositoryRow, 'headHash'>): string | null {
  return headHash === null ? null : `"${toBase64Url(headHash)}"`;
}

function toAnswer(row: Pick<RepositoryRow, 'head' | 'headHash'>): HeadAnswer {
  return { head: row.head === null ? null : signedStatementToJson(row.head), etag: etagOf(row) };
}

function isSame(left: SignedStatement, right: SignedStatement): boolean {
  const parts = ['statement', 'signature', 'body'] as const;
  return parts.every((part) => equalBytes(left[part], right[part]));
}
