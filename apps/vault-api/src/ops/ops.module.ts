import { Module } from '@nestjs/common';
import { OpsController } from './ops.controller';
import { OpsPurgeService } from './ops-purge.service';
import { OpsVaultService } from './ops-vault.service';

@Module({ controllers: [OpsController], providers: [OpsVaultService, OpsPurgeService] })
export class OpsModule {}
