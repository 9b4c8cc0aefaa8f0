import type { PinList } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { PinsService } from './pins.service';

@Controller()
export class PinsController {
  readonly #pins: PinsService;

  constructor(pins: PinsService) {
    this.#pins = pins;
  }

  @ContractRoute('listPins')
  list(@Caller() { account }: CallerFacts, @Input() { params }: InputOf<'listPins'>): Promise<PinList> {
    return this.#pins.list(account.accountId, params.repositoryId);
  }

  @ContractRoute('releasePin')
  release(@Caller() { account }: CallerFacts, @Input() { params, body }: InputOf<'releasePin'>): Promise<void> {
    return this.#pins.release(account.accountId, params.repositoryId, body);
  }
}
