import type { StorageGrant } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { GrantsService } from './grants.service';

@Controller()
export class GrantsController {
  readonly #grants: GrantsService;

  constructor(grants: GrantsService) {
    this.#grants = grants;
  }

  @ContractRoute('createGrant')
  give(@Caller() { account }: CallerFacts, @Input() { params, body }: InputOf<'createGrant'>): Promise<StorageGrant> {
    return this.#grants.give(account, params.repositoryId, body);
  }
}
