import type {
  OpsJobs,
  OpsLedger,
  OpsPurge,
  OpsPurgeObject,
  OpsPurgeObjectList,
  OpsStorage,
  OpsVault,
} from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { OpsPurgeService } from './ops-purge.service';
import { OpsVaultService } from './ops-vault.service';

@Controller()
export class OpsController {
  readonly #vault: OpsVaultService;
  readonly #purge: OpsPurgeService;

  constructor(vault: OpsVaultService, purge: OpsPurgeService) {
    this.#vault = vault;
    this.#purge = purge;
  }

  @ContractRoute('getOpsVault')
  vault(@Input() { query }: InputOf<'getOpsVault'>): Promise<OpsVault> {
    return this.#vault.vault(query.window ?? '24h');
  }

  @ContractRoute('getOpsPurge')
  funnel(): Promise<OpsPurge> {
    return this.#purge.funnel();
  }

  @ContractRoute('listOpsPurgeObjects')
  objects(@Input() { query }: InputOf<'listOpsPurgeObjects'>): Promise<OpsPurgeObjectList> {
    const { cursor, state = null, bucket = null, provider = null, account = null } = query;
    return this.#purge.objects({ state, bucket, provider, account }, cursor);
  }

  @ContractRoute('retryOpsPurgeObject')
  retry(@Input() { params, body }: InputOf<'retryOpsPurgeObject'>): Promise<OpsPurgeObject> {
    return this.#purge.retry(params.objectId, body.reason);
  }

  @ContractRoute('getOpsJobs')
  jobs(): Promise<OpsJobs> {
    return this.#purge.jobs();
  }

  @ContractRoute('getOpsStorage')
  storage(): Promise<OpsStorage> {
    return this.#vault.storage();
  }

  @ContractRoute('getOpsLedger')
  ledger(@Input() { query }: InputOf<'getOpsLedger'>): Promise<OpsLedger> {
    const { cursor, account, kind } = query;
    return this.#vault.ledger({ cursor, account, kind });
  }
}
