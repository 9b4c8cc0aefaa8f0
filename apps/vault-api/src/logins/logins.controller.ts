import type { Budget, FinishedLogin, Login } from '@coffer/contracts';
import { fromBase64Url, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { nextGuessAtMs, Recovery } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class LoginsController {
  readonly #recovery: Recovery;
  readonly #parts: VaultParts;

  constructor(@Inject(Recovery) recovery: Recovery, @Inject(VaultParts) parts: VaultParts) {
    this.#recovery = recovery;
    this.#parts = parts;
  }

  @ContractRoute('startLogin')
  async start(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'startLogin'>): Promise<Login> {
    const started = await this.#recovery.start(account, body.loginId, fromBase64Url(body.ke1));
    return {
      loginId: started.loginId,
      ke2: toBase64Url(started.ke2),
      serial: started.serial,
      ksf: started.ksf,
      attemptsRemaining: started.attemptsRemaining,
      nextAttemptAt: instantOrNull(started.nextAttemptAtMs),
      expiresAt: toRfc3339(started.expiresAtMs),
    };
  }

  @ContractRoute('finishLogin')
  async finish(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'finishLogin'>,
  ): Promise<FinishedLogin> {
    const finished = await this.#recovery.finish(account, params.loginId, fromBase64Url(body.ke3));
    return {
      sealedBackupKey: toBase64Url(finished.sealedBackupKey),
      serial: finished.serial,
      keyId: toHex(finished.keyId),
      ksf: finished.ksf,
      attemptsRemaining: finished.attemptsRemaining,
    };
  }

  @ContractRoute('getBudget')
  async budget(@Caller() { account }: CallerFacts): Promise<Budget> {
    const { remaining, nextAtMs, vetoedUntilMs, nowMs } = await this.#parts.store.budget(account.accountId);
    const nextAttemptAt = instantOrNull(nextGuessAtMs(nextAtMs, vetoedUntilMs, nowMs));
    return { attemptsRemaining: remaining, nextAttemptAt };
  }
}

function instantOrNull(instantMs: number | null): string | null {
  return instantMs === null ? null : toRfc3339(instantMs);
}
