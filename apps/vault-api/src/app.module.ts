import { Module, type DynamicModule } from '@nestjs/common';
import { AccountModule } from './account/account.module';
import { HealthModule } from './health/health.module';
import { PlatformModule } from './platform/platform.module';
import type { VaultParts } from './platform/vault-parts';

/** Every feature of the API. A new one is added here and nowhere else. */
const features = [HealthModule, AccountModule];

@Module({})
export class AppModule {
  static of(parts: VaultParts): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.of(parts), ...features] };
  }
}
