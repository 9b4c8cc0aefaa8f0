import type { AccountDeletion as AccountDeletionBody, WaitingDeletion } from '@coffer/contracts';
import { decodeStatementHeader, signedStatementFromJson } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import { AccountDeletion, type AccountDeletionRow } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class AccountDeletionController {
  readonly #deletion: AccountDeletion;
  readonly #parts: VaultParts;

  constructor(@Inject(AccountDeletion) deletion: AccountDeletion, @Inject(VaultParts) parts: VaultParts) {
    this.#deletion = deletion;
    this.#parts = parts;
  }

  @ContractRoute('getDeletion')
  async get(@Caller() { account }: CallerFacts): Promise<WaitingDeletion> {
    const row = await this.#parts.store.deletion(account.accountId);
    return { deletion: row === null ? null : bodyOf(row) };
  }

  @ContractRoute('askDeletion')
  async ask(@Caller() { account }: CallerFacts): Promise<AccountDeletionBody> {
    return bodyOf(await this.#deletion.ask(account));
  }

  @ContractRoute('cancelDeletion')
  async cancel(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'cancelDeletion'>): Promise<void> {
    await this.#deletion.cancel(account, signedStatementFromJson(body));
  }

  @ContractRoute('deleteAccount')
  async delete(
    @Caller() { account }: CallerFacts,
    @Input() { headers }: InputOf<'deleteAccount'>,
  ): Promise<AccountDeletionBody> {
    return bodyOf(await this.#deletion.deleteNow(account, decodeStatementHeader(headers['coffer-statement'])));
  }
}

function bodyOf({ deletionId, state, askedBy, askedAtMs, dueAtMs }: AccountDeletionRow): AccountDeletionBody {
  return { deletionId, state, askedBy, askedAt: toRfc3339(askedAtMs), dueAt: toRfc3339(dueAtMs) };
}
