import type { Keyslot, KeyslotList, PasskeyWrapList } from '@coffer/contracts';
import { decodeStatementHeader, signedStatementFromJson } from '@coffer/evidence';
import { KeyslotRemoval, Keyslots, Passkeys } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';
import { keyslotBody, passkeyWrapBody } from './keyslot-body';

@Controller()
export class KeyslotsController {
  readonly #keyslots: Keyslots;
  readonly #passkeys: Passkeys;
  readonly #removal: KeyslotRemoval;
  readonly #parts: VaultParts;

  constructor(
    @Inject(Keyslots) keyslots: Keyslots,
    @Inject(Passkeys) passkeys: Passkeys,
    @Inject(KeyslotRemoval) removal: KeyslotRemoval,
    @Inject(VaultParts) parts: VaultParts,
  ) {
    this.#keyslots = keyslots;
    this.#passkeys = passkeys;
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

  @ContractRoute('listPasskeys')
  async wraps(@Caller() { account }: CallerFacts): Promise<PasskeyWrapList> {
    const rows = await this.#parts.store.passkeys(account.accountId);
    return { passkeys: rows.map(passkeyWrapBody) };
  }

  @ContractRoute('activatePasskey')
  async passkey(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'activatePasskey'>): Promise<Keyslot> {
    return keyslotBody(await this.#passkeys.activate(account, signedStatementFromJson(body)));
  }

  @ContractRoute('removeKeyslot')
  async remove(
    @Caller() { account }: CallerFacts,
    @Input() { params, headers }: InputOf<'removeKeyslot'>,
  ): Promise<void> {
    await this.#removal.remove(account, params.keyslotId, decodeStatementHeader(headers['coffer-statement']));
  }
}
