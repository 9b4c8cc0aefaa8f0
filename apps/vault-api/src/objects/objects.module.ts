import { Module } from '@nestjs/common';
import { GrantsModule } from '../grants/grants.module';
import { ObjectsController } from './objects.controller';
import { ObjectsService } from './objects.service';

@Module({ imports: [GrantsModule], controllers: [ObjectsController], providers: [ObjectsService] })
export class ObjectsModule {}
