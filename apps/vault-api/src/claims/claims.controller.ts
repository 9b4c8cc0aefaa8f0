import type { Claims } from '@coffer/contracts';
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
  claims(): Claims {
    return computeClaims(this.#parts, systemClock);
  }
}
