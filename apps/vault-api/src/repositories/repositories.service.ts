import type { Repository, RepositoryList, SignedStatement } from '@coffer/contracts';
import type { RepositoryRow } from '@coffer/database';
import { signedStatementFromJson } from '@coffer/evidence';
import { equalBytes, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
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
