import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { ProblemFilter } from './problem.filter';
import { TokenVerifier } from './token-verifier';
import { VaultParts } from './vault-parts';

/** What stands before and behind every feature: access, problems, the vault's parts. */
@Module({})
export class PlatformModule {
  static of(parts: VaultParts): DynamicModule {
    const { issuer, audience, staffClaim, staffRole } = parts.config;
    const tokens = new TokenVerifier({ issuer, audience, staffClaim, staffRole });
    return {
      module: PlatformModule,
      global: true,
      providers: [
        { provide: VaultParts, useValue: parts },
        { provide: APP_GUARD, useValue: new AccessGuard(tokens, parts.accounts, parts.ledger) },
        { provide: APP_FILTER, useValue: new ProblemFilter(parts.log) },
      ],
      exports: [VaultParts],
    };
  }
}
