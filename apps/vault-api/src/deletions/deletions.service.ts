import { limits, type Deletion, type SignedStatement } from '@coffer/contracts';
import type { RepositoryTransaction } from '@coffer/database';
import { signedStatementFromJson, type DeleteObjectsBody } from '@coffer/evidence';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess } from '../storage/repository-access';
import { storeProblem } from '../storage/store-problem';

/** Objects that one transaction deletes while it holds the repository's lock. */
const batchSize = 50;

/** Deletes sealed objects for their owner: conditional on the head, and never what an accepted proof relies on. */
@Injectable()
export class DeletionsService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    this.#parts = parts;
    this.#access = access;
  }

  /**
   * Records the act, then deletes in batches. Each batch holds the repository's lock, under which proofs are accepted and heads
   * replaced, and checks again: so an object goes only while the head is the one that the statement was computed from and
   * no proof relies on it, whatever comes in between. What is gone already counts for nothing.
   *
   * @throws ProblemError `not-found`, `statement-invalid`, `too-large`, `head-behind`, `pinned`, `store-unreachable`
   */
  async delete(accountId: string, repositoryId: string, statement: SignedStatement): Promise<Deletion> {
    const id = fromBase64Url(repositoryId);
    const signed = signedStatementFromJson(statement);
    const body = await this.#parts.accounts.within(accountId, async (session) => {
      const verified = await session.requireStatement('delete-objects', signed);
      const { headHash, pruneGeneration, paths } = verified.body;
      if (!equalBytes(verified.body.repositoryId, id)) {
        throw new ProblemError('statement-invalid', 'The statement names another repository.');
      }
      if (paths.length > limits.deletionPaths) {
        throw new ProblemError('too-large', `A statement names at most ${limits.deletionPaths} objects.`);
      }
      const within = this.#access.rows.within(session.transaction.sql);
      await this.#access.lockOwn(within, session.account, id);
      await this.#requireDeletable(within, accountId, verified.body, paths);
      const details = { repositoryId: id, headHash, pruneGeneration, objects: paths.length };
      await session.append('objects-deleted', { ...details, bodyHash: verified.statement.bodyHash });
      return verified.body;
    });
    let deleted = 0;
    for (let at = 0; at < body.paths.length; at += batchSize) {
      deleted += await this.#deleteBatch(accountId, body, body.paths.slice(at, at + batchSize));
    }
    return { deleted };
  }

  async #deleteBatch(accountId: string, body: DeleteObjectsBody, paths: readonly string[]): Promise<number> {
    return this.#parts.database.transaction(async (transaction) => {
      await this.#requireDeletable(this.#access.rows.within(transaction), accountId, body, paths);
      const gone = await Promise.all(paths.map((path) => this.#deleteObject(body.repositoryId, path)));
      return gone.filter(Boolean).length;
    });
  }

  async #requireDeletable(
    within: RepositoryTransaction,
    accountId: string,
    body: DeleteObjectsBody,
    paths: readonly string[],
  ): Promise<void> {
    const row = await this.#access.lock(within, accountId, body.repositoryId);
    const isCurrent = row.headHash !== null && equalBytes(row.headHash, body.headHash);
    if (!isCurrent || body.pruneGeneration < row.pruneGeneration) {
      throw new ProblemError('head-behind', 'The head is another one by now; nothing more was deleted.');
    }
    const pinned = await within.pinnedPaths(accountId, body.repositoryId, paths);
    if (pinned.length === 0) return;
    throw new ProblemError('pinned', `An accepted proof relies on ${pinned.length} of these objects.`, {
      fields: { pinned: pinned.length },
    });
  }

  async #deleteObject(repositoryId: Uint8Array, path: string): Promise<boolean> {
    try {
      await this.#access.store.delete(this.#access.key(repositoryId, path));
      return true;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'not-found') return false;
      throw storeProblem(error);
    }
  }
}
