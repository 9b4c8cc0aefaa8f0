import { Module } from '@nestjs/common';
import { VaultServicesModule } from '../vault/vault-services.module';
import { NewStartSweep } from './new-start-sweep';
import { NewStartsController } from './new-starts.controller';

@Module({ imports: [VaultServicesModule], controllers: [NewStartsController], providers: [NewStartSweep] })
export class NewStartsModule {}
