import { limits, type AskGrant, type GrantPermission, type StorageGrant } from '@coffer/contracts';
import type { RepositoryRow } from '@coffer/database';
import { signedStatementFromJson } from '@coffer/evidence';
import { equalBytes, systemClock, toRfc3339 } from '@coffer/foundation';
import type { AccountRow } from '@coffer/key-vault';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess, requireOwn } from '../storage/repository-access';
import { makeGrant, openGrant } from './grant-token';

/** Gives and checks storage grants: create or read, one repository, 15 minutes. */
@Injectable()
export class GrantsService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    this.#parts = parts;
    this.#access = access;
  }

  /** @throws ProblemError `not-found`; VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation` */
  async give(account: AccountRow, repositoryId: string, ask: AskGrant): Promise<StorageGrant> {
    const row = await this.#access.require(account.accountId, repositoryId);
    if ('permission' in ask) return this.#make(account, row, 'read');
    const signed = signedStatementFromJson(ask);
    const owner = await this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('create-grant', signed);
      if (!equalBytes(body.repositoryId, row.repositoryId)) {
        throw new ProblemError('statement-invalid', 'The statement names another repository.');
      }
      requireOwn(session.account, row);
      return session.account;
    });
    return this.#make(owner, row, 'create');
  }

  /**
   * The repository that a request may use under its grant.
   *
   * @throws ProblemError `not-found`, `grant-invalid`
   */
  async requireGrant(
    account: AccountRow,
    repositoryId: string,
    permission: GrantPermission,
    grant: string,
  ): Promise<RepositoryRow> {
    const row = await this.#access.require(account.accountId, repositoryId);
    const facts = await openGrant(this.#parts.sealer, account.accountId, grant);
    const isGood =
      facts?.permission === permission &&
      equalBytes(facts.repositoryId, row.repositoryId) &&
      facts.ownerGeneration === account.ownerGeneration &&
      facts.expiresAtMs > systemClock.nowMs();
    if (!isGood)
      throw new ProblemError('grant-invalid', 'The storage grant is not for this, or has expired; ask again.');
    return row;
  }

  async #make(account: AccountRow, row: RepositoryRow, permission: GrantPermission): Promise<StorageGrant> {
    const expiresAtMs = systemClock.nowMs() + limits.grantSeconds * 1000;
    const { accountId, ownerGeneration } = account;
    const grant = await makeGrant(this.#parts.sealer, {
      ...{ account: accountId, repositoryId: row.repositoryId, permission, expiresAtMs, ownerGeneration },
    });
    return { grant, kind: 'gateway', permission, expiresAt: toRfc3339(expiresAtMs) };
  }
}
