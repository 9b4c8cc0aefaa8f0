import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { GuessVetoController } from './guess-veto.controller';

@Module({ imports: [VaultServicesModule], controllers: [GuessVetoController] })
export class GuessVetoModule {}
