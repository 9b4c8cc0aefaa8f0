import { Module } from '@nestjs/common';
import { RemovalSweep } from './removal-sweep';
import { RepositoriesController } from './repositories.controller';
import { RepositoriesService } from './repositories.service';

@Module({ controllers: [RepositoriesController], providers: [RepositoriesService, RemovalSweep] })
export class RepositoriesModule {}
