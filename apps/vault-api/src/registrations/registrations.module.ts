import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { RegistrationsController } from './registrations.controller';
import { RotationRecordsController } from './rotation-records.controller';

@Module({ imports: [VaultServicesModule], controllers: [RegistrationsController, RotationRecordsController] })
export class RegistrationsModule {}
