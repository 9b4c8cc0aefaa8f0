import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { RegistrationsController } from './registrations.controller';

@Module({ imports: [VaultServicesModule], controllers: [RegistrationsController] })
export class RegistrationsModule {}
