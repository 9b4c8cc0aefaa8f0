import type { RotatedAccount } from '@coffer/contracts';
import { coSignedStatementFromJson } from '@coffer/evidence';
import { toHex } from '@coffer/foundation';
import { Rotation } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { keyslotBody } from './keyslot-body';

@Controller()
export class RotationController {
  readonly #rotation: Rotation;

  constructor(@Inject(Rotation) rotation: Rotation) {
    this.#rotation = rotation;
  }

  @ContractRoute('rotate')
  async rotate(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'rotate'>): Promise<RotatedAccount> {
    const rotated = await this.#rotation.rotate(account, coSignedStatementFromJson(body));
    const { ownerGeneration, keyId, keyslots, attemptsRemaining } = rotated;
    return { ownerGeneration, keyId: toHex(keyId), keyslots: keyslots.map(keyslotBody), attemptsRemaining };
  }
}
