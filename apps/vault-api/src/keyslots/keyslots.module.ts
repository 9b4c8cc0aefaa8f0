import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { KeyslotsController } from './keyslots.controller';

@Module({ imports: [VaultServicesModule], controllers: [KeyslotsController] })
export class KeyslotsModule {}
