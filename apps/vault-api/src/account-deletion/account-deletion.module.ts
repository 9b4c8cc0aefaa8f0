import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { AccountDeletionController } from './account-deletion.controller';
import { DeletionSweep } from './deletion-sweep';

@Module({ imports: [VaultServicesModule], controllers: [AccountDeletionController], providers: [DeletionSweep] })
export class AccountDeletionModule {}
