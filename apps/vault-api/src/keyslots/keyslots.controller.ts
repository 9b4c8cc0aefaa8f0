import type { Keyslot, KeyslotList } from '@coffer/contracts';
import { decodeStatementHeader, signedStatementFromJson } from '@coffer/evidence';
import { KeyslotRemoval, Keyslots } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';
import { keyslotBody } from './keyslot-body';

@Controller()
export class KeyslotsController {
  readonly #keyslots: Keyslots;
  readonly #removal: KeyslotRemoval;
  readonly #parts: VaultParts;

  constructor(
    @Inject(Keyslots) keyslots: Keyslots,
    @Inject(KeyslotRemoval) removal: KeyslotRemoval,
    @Inject(VaultParts) parts: VaultParts,
  ) {
    this.#keyslots = keyslots;
    this.#removal = removal;
    this.#parts = parts;
  }

  @ContractRoute('listKeyslots')
  async list(@Caller() { account }: CallerFacts): Promise<KeyslotList> {
    const rows = await this.#parts.store.keyslots(account.accountId);
    return { keyslots: rows.map(keyslotBody) };
  }

  @ContractRoute('activateDigits')
  async digits(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'activateDigits'>): Promise<Keyslot> {
    return keyslotBody(await this.#keyslots.activateDigits(account, signedStatementFromJson(body)));
  }

  @ContractRoute('removeKeyslot')
  async remove(
    @Caller() { account }: CallerFacts,
    @Input() { params, headers }: InputOf<'removeKeyslot'>,
  ): Promise<void> {
    await this.#removal.remove(account, params.keyslotId, decodeStatementHeader(headers['coffer-statement']));
  }
}
