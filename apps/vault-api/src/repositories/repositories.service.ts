import type { Repository, RepositoryList, SignedStatement } from '@coffer/contracts';
import type { RepositoryRow } from '@coffer/database';
import { signedStatementFromJson, type SignedStatement as Signed } from '@coffer/evidence';
import { equalBytes, fromBase64Url, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { requireRemovalStatement } from '@coffer/key-vault';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { PurgeJobs } from '../purge/purge-jobs';
import { RepositoryAccess } from '../storage/repository-access';

/** Makes and lists the repositories of an account. */
@Injectable()
export class RepositoriesService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;
  readonly #jobs: PurgeJobs;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#access = access;
    this.#jobs = jobs;
  }

  async list(accountId: string): Promise<RepositoryList> {
    return { repositories: (await this.#access.rows.list(accountId)).map(toRepository) };
  }

  /** @throws ProblemError `already-exists` where the id is taken, by whomever; `statement-invalid` for another key id */
  async create(accountId: string, statement: SignedStatement): Promise<Repository> {
    const signed = signedStatementFromJson(statement);
    const created = await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('create-repository', signed);
      if (session.account.keyId === null || !equalBytes(body.keyId, session.account.keyId)) {
        throw new ProblemError('statement-invalid', 'The statement names another key id than the account’s.');
      }
      const { sql } = session.transaction;
      if (!(await this.#access.rows.create(sql, accountId, body.repositoryId, body.keyId))) {
        throw new ProblemError('already-exists', 'This repository id is taken; make a new one.');
      }
      await session.append('repository-created', { repositoryId: body.repositoryId, keyId: body.keyId });
      return { repositoryId: body.repositoryId, keyId: body.keyId, createdAtMs: session.nowMs };
    });
    // Somebody is about to back up: what lies in the clear is looked for now, so that it can be shown.
    await this.#jobs.wake(accountId);
    return toRepository(created);
  }

  /**
   * Removes a repository: from here on it is found by nobody, and the sweep deletes its objects. The statement says how many
   * pinned items it gives up, so that nothing goes unnoticed that a purge or a certificate relies on.
   *
   * @throws ProblemError `not-found`, `pinned`; VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation`,
   *   `undo-pending`
   */
  async remove(accountId: string, repositoryId: string, signed: Signed): Promise<void> {
    const id = fromBase64Url(repositoryId);
    await this.#parts.accounts.within(accountId, async (session) => {
      const within = this.#access.rows.within(session.transaction.sql);
      const { keyId } = await this.#access.lock(within, accountId, id);
      const { body, statement } = await requireRemovalStatement(session, keyId, signed);
      if (!equalBytes(body.repositoryId, id)) {
        throw new ProblemError('statement-invalid', 'The statement names another repository.');
      }
      const pins = await within.remove(accountId, id);
      if (pins !== body.pins) {
        throw new ProblemError(
          'pinned',
          `A purge or a certificate relies on ${pins} items of this repository, and the statement gives up ${body.pins}. Nothing was removed.`,
        );
      }
      const details = { repositoryId: id, keyId, pins, generation: statement.generation };
      const eventNumber = await session.append('repository-removed', details);
      await session.notify({
        ...{ kind: 'repository-removed', severity: 'urgent', eventNumber },
        title: 'A backup was removed',
        text: 'The key of this backup’s owner signed its removal. Its objects are being deleted, and nothing brings them back.',
      });
    });
    await this.#jobs.wake(accountId);
  }
}

function toRepository({
  repositoryId,
  keyId,
  createdAtMs,
}: Pick<RepositoryRow, 'repositoryId' | 'keyId' | 'createdAtMs'>): Repository {
  return {
    repositoryId: toBase64Url(repositoryId),
    keyId: toHex(keyId),
    createdAt: toRfc3339(createdAtMs),
  };
}
