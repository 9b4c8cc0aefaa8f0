import {
  repositoryStore,
  type RepositoryRow,
  type RepositoryStore,
  type RepositoryTransaction,
} from '@coffer/database';
import { fromBase64Url, toHex } from '@coffer/foundation';
import { isOwnRepository, type AccountRow } from '@coffer/key-vault';
import type { ObjectStore } from '@coffer/object-store';
import { openObjectStore } from '@coffer/object-store/node';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';

/** Repositories of accounts: their rows, and the operator's store of their sealed objects. */
@Injectable()
export class RepositoryAccess {
  readonly rows: RepositoryStore;
  readonly store: ObjectStore;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.rows = repositoryStore(parts.database);
    this.store = openObjectStore(parts.config.repositoryStore);
  }

  /** @throws ProblemError `not-found` where the account has no such repository, whoever else may have it */
  async require(accountId: string, repositoryId: string): Promise<RepositoryRow> {
    return found(await this.rows.find(accountId, fromBase64Url(repositoryId)));
  }

  /** The same inside a transaction, locked until its end. @throws ProblemError `not-found` */
  async lock(within: RepositoryTransaction, accountId: string, repositoryId: Uint8Array): Promise<RepositoryRow> {
    return found(await within.lock(accountId, repositoryId));
  }

  /**
   * The same for an act of the owner: a repository that a new start left behind is read and removed, and nothing else.
   *
   * @throws ProblemError `not-found`, `wrong-owner-generation`
   */
  async lockOwn(
    within: RepositoryTransaction,
    account: Pick<AccountRow, 'accountId' | 'keyId'>,
    repositoryId: Uint8Array,
  ): Promise<RepositoryRow> {
    const row = await this.lock(within, account.accountId, repositoryId);
    requireOwn(account, row);
    return row;
  }

  /** Where an object of a repository lies in the operator's store (docs/format/v1.md, "Layout"). */
  key(repositoryId: Uint8Array, path: string): string {
    return `${toHex(repositoryId)}/${path}`;
  }
}

/** @throws ProblemError `wrong-owner-generation` where the repository is a former owner's */
export function requireOwn(account: Pick<AccountRow, 'keyId'>, row: Pick<RepositoryRow, 'keyId'>): void {
  if (isOwnRepository({ account }, row.keyId)) return;
  throw new ProblemError(
    'wrong-owner-generation',
    'This repository belongs to a former owner key of the account: it can be read and removed, not changed.',
  );
}

function found(row: RepositoryRow | undefined): RepositoryRow {
  if (row === undefined) throw new ProblemError('not-found', 'The account has no such repository.');
  return row;
}
