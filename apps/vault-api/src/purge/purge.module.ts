import { Global, Module } from '@nestjs/common';
import { CertificatesController } from './certificates.controller';
import { CertificatesService } from './certificates.service';
import { PurgeController } from './purge.controller';
import { PurgeJobs } from './purge-jobs';
import { PurgeService } from './purge.service';

/** The purge of plaintext backups; other features tell the worker through it. */
@Global()
@Module({
  controllers: [PurgeController, CertificatesController],
  providers: [PurgeJobs, PurgeService, CertificatesService],
  exports: [PurgeJobs],
})
export class PurgeModule {}
