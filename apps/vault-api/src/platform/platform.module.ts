import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { ProblemFilter } from './problem.filter';
import type { RequestTokens } from './request-tokens';
import { VaultParts } from './vault-parts';

/** What stands before and behind every feature: access, problems, the vault's parts. */
@Module({})
export class PlatformModule {
  static of(parts: VaultParts, tokens: RequestTokens): DynamicModule {
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
