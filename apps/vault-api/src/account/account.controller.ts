import { limits, type Account, type Challenge } from '@coffer/contracts';
import { randomBytes } from '@coffer/crypto';
import { toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class AccountController {
  readonly #parts: VaultParts;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  @ContractRoute('getAccount')
  account(@Caller() { account }: CallerFacts): Account {
    return {
      accountId: account.accountId,
      issuer: account.issuer,
      subject: account.subject,
      vaultId: toBase64Url(this.#parts.identity.vaultId),
      ownerGeneration: account.ownerGeneration,
      keyId: account.keyId === null ? null : toHex(account.keyId),
      ownerPublicKey: account.ownerPublicKey === null ? null : toBase64Url(account.ownerPublicKey),
      createdAt: toRfc3339(account.createdAtMs),
    };
  }

  @ContractRoute('createChallenge')
  async challenge(@Caller() { account }: CallerFacts): Promise<Challenge> {
    const challenge = randomBytes(32);
    const life = limits.challengeSeconds;
    const expiresAtMs = await this.#parts.store.issueChallenge(account.accountId, challenge, 'statement', life);
    return { challenge: toBase64Url(challenge), expiresAt: toRfc3339(expiresAtMs) };
  }
}
