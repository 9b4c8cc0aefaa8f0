import { Module } from '@nestjs/common';
import { KeyChecksController } from './key-checks.controller';
import { NoticeSettingsController } from './notice-settings.controller';
import { NoticeSettingsService } from './notice-settings.service';
import { NoticesController } from './notices.controller';

@Module({
  controllers: [NoticesController, NoticeSettingsController, KeyChecksController],
  providers: [NoticeSettingsService],
})
export class NoticesModule {}
