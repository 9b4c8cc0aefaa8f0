import type { PurgeJob, PurgeObjectList } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { PurgeService } from './purge.service';

@Controller()
export class PurgeController {
  readonly #purge: PurgeService;

  constructor(purge: PurgeService) {
    this.#purge = purge;
  }

  @ContractRoute('getPurge')
  view(@Caller() { account }: CallerFacts): Promise<PurgeJob> {
    return this.#purge.view(account.accountId);
  }

  @ContractRoute('startPurge')
  start(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'startPurge'>): Promise<PurgeJob> {
    return this.#purge.start(account.accountId, body);
  }

  @ContractRoute('resumePurge')
  resume(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'resumePurge'>): Promise<PurgeJob> {
    return this.#purge.resume(account.accountId, body);
  }

  @ContractRoute('stopPurge')
  stop(@Caller() { account }: CallerFacts): Promise<PurgeJob> {
    return this.#purge.stop(account.accountId);
  }

  @ContractRoute('listPurgeObjects')
  objects(
    @Caller() { account }: CallerFacts,
    @Input() { query }: InputOf<'listPurgeObjects'>,
  ): Promise<PurgeObjectList> {
    return this.#purge.objects(account.accountId, query.bucket, query.cursor);
  }
}
