import type { Deletion } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { DeletionsService } from './deletions.service';

@Controller()
export class DeletionsController {
  readonly #deletions: DeletionsService;

  constructor(deletions: DeletionsService) {
    this.#deletions = deletions;
  }

  @ContractRoute('deleteObjects')
  delete(@Caller() { account }: CallerFacts, @Input() { params, body }: InputOf<'deleteObjects'>): Promise<Deletion> {
    return this.#deletions.delete(account.accountId, params.repositoryId, body);
  }
}
