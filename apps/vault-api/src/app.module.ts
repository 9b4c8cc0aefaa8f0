import { Module, type DynamicModule } from '@nestjs/common';
import { AccountModule } from './account/account.module';
import { ClaimsModule } from './claims/claims.module';
import { HealthModule } from './health/health.module';
import { KeyslotsModule } from './keyslots/keyslots.module';
import { LedgerModule } from './ledger/ledger.module';
import { LoginsModule } from './logins/logins.module';
import { NoticesModule } from './notices/notices.module';
import { PlatformModule } from './platform/platform.module';
import { RegistrationsModule } from './registrations/registrations.module';
import type { VaultParts } from './platform/vault-parts';

/** Every feature of the API. A new one is added here and nowhere else. */
const features = [
  HealthModule,
  AccountModule,
  KeyslotsModule,
  RegistrationsModule,
  LoginsModule,
  NoticesModule,
  LedgerModule,
  ClaimsModule,
];

@Module({})
export class AppModule {
  static of(parts: VaultParts): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.of(parts), ...features] };
  }
}
