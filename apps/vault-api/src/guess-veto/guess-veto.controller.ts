import type { GuessVeto as GuessVetoBody } from '@coffer/contracts';
import { signedStatementFromJson } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import { GuessVeto, isVetoed } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class GuessVetoController {
  readonly #veto: GuessVeto;
  readonly #parts: VaultParts;

  constructor(@Inject(GuessVeto) veto: GuessVeto, @Inject(VaultParts) parts: VaultParts) {
    this.#veto = veto;
    this.#parts = parts;
  }

  @ContractRoute('getGuessVeto')
  async get(@Caller() { account }: CallerFacts): Promise<GuessVetoBody> {
    const { vetoedUntilMs, nowMs } = await this.#parts.store.budget(account.accountId);
    return answer(isVetoed(vetoedUntilMs, nowMs) ? vetoedUntilMs : null);
  }

  @ContractRoute('setGuessVeto')
  async set(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'setGuessVeto'>): Promise<GuessVetoBody> {
    return answer(await this.#veto.set(account, signedStatementFromJson(body)));
  }
}

function answer(untilMs: number | null): GuessVetoBody {
  return { vetoedUntil: untilMs === null ? null : toRfc3339(untilMs) };
}
