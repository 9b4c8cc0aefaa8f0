import type { Repository, RepositoryList } from '@coffer/contracts';
import { decodeStatementHeader } from '@coffer/evidence';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { RepositoriesService } from './repositories.service';

@Controller()
export class RepositoriesController {
  readonly #repositories: RepositoriesService;

  constructor(repositories: RepositoriesService) {
    this.#repositories = repositories;
  }

  @ContractRoute('listRepositories')
  list(@Caller() { account }: CallerFacts): Promise<RepositoryList> {
    return this.#repositories.list(account.accountId);
  }

  @ContractRoute('createRepository')
  create(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'createRepository'>): Promise<Repository> {
    return this.#repositories.create(account.accountId, body);
  }

  @ContractRoute('removeRepository')
  async remove(
    @Caller() { account }: CallerFacts,
    @Input() { params, headers }: InputOf<'removeRepository'>,
  ): Promise<void> {
    const signed = decodeStatementHeader(headers['coffer-statement']);
    await this.#repositories.remove(account.accountId, params.repositoryId, signed);
  }
}
