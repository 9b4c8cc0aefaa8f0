import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { LoginsController } from './logins.controller';
import { ShredSweep } from './shred-sweep';

@Module({ imports: [VaultServicesModule], controllers: [LoginsController], providers: [ShredSweep] })
export class LoginsModule {}
