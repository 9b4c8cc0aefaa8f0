import type { NewStart as NewStartBody, NewStartList } from '@coffer/contracts';
import { signedStatementFromJson } from '@coffer/evidence';
import { NewStart, type NewStartRow } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';
import { newStartBody } from './new-start-body';

@Controller()
export class NewStartsController {
  readonly #newStart: NewStart;
  readonly #parts: VaultParts;

  constructor(@Inject(NewStart) newStart: NewStart, @Inject(VaultParts) parts: VaultParts) {
    this.#newStart = newStart;
    this.#parts = parts;
  }

  @ContractRoute('listNewStarts')
  async list(@Caller() { account }: CallerFacts): Promise<NewStartList> {
    const rows = await this.#parts.store.newStarts(account.accountId);
    const { nowMs } = await this.#parts.store.budget(account.accountId);
    return { newStarts: rows.map((row) => newStartBody(row, nowMs)) };
  }

  @ContractRoute('beginNewStart')
  async begin(@Caller() { account }: CallerFacts): Promise<NewStartBody> {
    return this.#body(account.accountId, await this.#newStart.begin(account));
  }

  @ContractRoute('cancelNewStart')
  async cancel(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'cancelNewStart'>,
  ): Promise<NewStartBody> {
    const signed = signedStatementFromJson(body);
    return this.#body(account.accountId, await this.#newStart.cancel(account, params.newStartId, signed));
  }

  @ContractRoute('undoNewStart')
  async undo(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'undoNewStart'>,
  ): Promise<NewStartBody> {
    const signed = signedStatementFromJson(body);
    return this.#body(account.accountId, await this.#newStart.undo(account, params.newStartId, signed));
  }

  async #body(accountId: string, row: NewStartRow): Promise<NewStartBody> {
    return newStartBody(row, (await this.#parts.store.budget(accountId)).nowMs);
  }
}
