import { limits, type KeyCheck } from '@coffer/contracts';
import { keyChecks } from '@coffer/database';
import { signedStatementFromJson } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';

/** Takes what a device reports of a check. It is owner-signed: a token alone cannot make an account look forgetful, or the reverse. */
@Controller()
export class KeyChecksController {
  readonly #parts: VaultParts;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  @ContractRoute('reportKeyCheck')
  async report(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'reportKeyCheck'>): Promise<KeyCheck> {
    const row = await this.#parts.accounts.within(account.accountId, async (session) => {
      const verified = await session.requireStatement('key-check', signedStatementFromJson(body));
      const isPassed = verified.body.outcome === 'passed';
      return keyChecks.answer(session.transaction.sql, account.accountId, isPassed, session.nowMs);
    });
    if (row === undefined) throw new ProblemError('not-found', 'The account has no keyslot that could be checked.');
    return {
      nextCheckAt: toRfc3339(row.nextAtMs),
      failures: row.failures,
      shouldOfferKeyslot: row.failures >= limits.failedChecksUntilOffer,
    };
  }
}
