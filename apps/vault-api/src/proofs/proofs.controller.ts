import type { AcceptedProof, ProofNonce } from '@coffer/contracts';
import { Controller } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ProofsService } from './proofs.service';

@Controller()
export class ProofsController {
  readonly #proofs: ProofsService;

  constructor(proofs: ProofsService) {
    this.#proofs = proofs;
  }

  @ContractRoute('createProofNonce')
  nonce(@Caller() { account }: CallerFacts): Promise<ProofNonce> {
    return this.#proofs.nonce(account.accountId);
  }

  @ContractRoute('submitProof')
  submit(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'submitProof'>): Promise<AcceptedProof> {
    return this.#proofs.accept(account.accountId, body);
  }
}
