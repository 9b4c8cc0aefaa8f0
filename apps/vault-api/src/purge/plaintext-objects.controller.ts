import type { PurgeObject } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ReleasesService } from './releases.service';

@Controller()
export class PlaintextObjectsController {
  readonly #releases: ReleasesService;

  constructor(releases: ReleasesService) {
    this.#releases = releases;
  }

  @ContractRoute('releasePurgeObject')
  release(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'releasePurgeObject'>,
  ): Promise<PurgeObject> {
    return this.#releases.release(account.accountId, params.objectId, body);
  }
}
