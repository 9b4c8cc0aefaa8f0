import { Global, Module } from '@nestjs/common';
import { CertificatesController } from './certificates.controller';
import { CertificatesService } from './certificates.service';
import { ContentService } from './content.service';
import { PlaintextObjectsController } from './plaintext-objects.controller';
import { PurgeController } from './purge.controller';
import { PurgeJobs } from './purge-jobs';
import { PurgeService } from './purge.service';
import { QuarantinesService } from './quarantines.service';
import { ReleasesService } from './releases.service';

/** The purge of plaintext backups; other features tell the worker through it. */
@Global()
@Module({
  controllers: [PurgeController, PlaintextObjectsController, CertificatesController],
  providers: [PurgeJobs, PurgeService, ContentService, ReleasesService, QuarantinesService, CertificatesService],
  exports: [PurgeJobs],
})
export class PurgeModule {}
