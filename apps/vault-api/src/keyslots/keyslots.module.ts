import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { KeyslotsController } from './keyslots.controller';
import { RotationController } from './rotation.controller';

@Module({ imports: [VaultServicesModule], controllers: [KeyslotsController, RotationController] })
export class KeyslotsModule {}
