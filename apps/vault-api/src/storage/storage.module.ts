import { Global, Module } from '@nestjs/common';
import { RepositoryAccess } from './repository-access';

/** The repositories' rows and sealed objects, for every feature that works on them. */
@Global()
@Module({ providers: [RepositoryAccess], exports: [RepositoryAccess] })
export class StorageModule {}
