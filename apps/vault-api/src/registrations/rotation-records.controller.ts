import type { PendingRecord } from '@coffer/contracts';
import { coSignedStatementFromJson } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import { RotationRegistrations } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';

@Controller()
export class RotationRecordsController {
  readonly #registrations: RotationRegistrations;

  constructor(@Inject(RotationRegistrations) registrations: RotationRegistrations) {
    this.#registrations = registrations;
  }

  @ContractRoute('putRotationRecord')
  async putRecord(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'putRotationRecord'>,
  ): Promise<PendingRecord> {
    const signed = coSignedStatementFromJson(body);
    const expiresAtMs = await this.#registrations.putRecord(account, params.registrationId, signed);
    return { state: 'pending', expiresAt: toRfc3339(expiresAtMs) };
  }
}
