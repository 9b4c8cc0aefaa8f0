import { Module, type DynamicModule } from '@nestjs/common';
import { AccountDeletionModule } from './account-deletion/account-deletion.module';
import { AccountModule } from './account/account.module';
import { ClaimsModule } from './claims/claims.module';
import { DeletionsModule } from './deletions/deletions.module';
import { GrantsModule } from './grants/grants.module';
import { GuessVetoModule } from './guess-veto/guess-veto.module';
import { HeadsModule } from './heads/heads.module';
import { HealthModule } from './health/health.module';
import { KeyslotsModule } from './keyslots/keyslots.module';
import { LedgerModule } from './ledger/ledger.module';
import { LoginsModule } from './logins/logins.module';
import { NewStartsModule } from './new-starts/new-starts.module';
import { NoticesModule } from './notices/notices.module';
import { ObjectsModule } from './objects/objects.module';
import { OpsModule } from './ops/ops.module';
import { PinsModule } from './pins/pins.module';
import { PlatformModule } from './platform/platform.module';
import { ProofsModule } from './proofs/proofs.module';
import { PurgeModule } from './purge/purge.module';
import { RegistrationsModule } from './registrations/registrations.module';
import { RepositoriesModule } from './repositories/repositories.module';
import { StorageModule } from './storage/storage.module';
import type { RequestTokens } from './platform/request-tokens';
import type { VaultParts } from './platform/vault-parts';

/** Every feature of the API. A new one is added here and nowhere else. */
const features = [
  HealthModule,
  AccountModule,
  AccountDeletionModule,
  KeyslotsModule,
  RegistrationsModule,
  LoginsModule,
  GuessVetoModule,
  NewStartsModule,
  NoticesModule,
  LedgerModule,
  ClaimsModule,
  StorageModule,
  RepositoriesModule,
  HeadsModule,
  GrantsModule,
  ObjectsModule,
  DeletionsModule,
  PinsModule,
  ProofsModule,
  PurgeModule,
  OpsModule,
];

@Module({})
export class AppModule {
  static of(parts: VaultParts, tokens: RequestTokens): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.of(parts, tokens), ...features] };
  }
}
