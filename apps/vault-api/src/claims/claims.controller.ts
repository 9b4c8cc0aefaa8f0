import type { Claims } from '@coffer/contracts';
import { PgSealingStore } from '@coffer/database';
import { systemClock } from '@coffer/foundation';
import { Controller, Inject } from '@nestjs/common';
import { ContractRoute } from '../platform/contract-route';
import { VaultParts } from '../platform/vault-parts';
import { computeClaims } from './compute-claims';

@Controller()
export class ClaimsController {
  readonly #parts: VaultParts;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  @ContractRoute('getClaims')
  async claims(): Promise<Claims> {
    const oldestKeyAtMs = await new PgSealingStore(this.#parts.database).oldestKeyAtMs();
    return computeClaims(this.#parts, oldestKeyAtMs, systemClock);
  }
}
