import type { NoticeChannel, NoticeSettings } from '@coffer/contracts';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { NoticeSettingsService } from './notice-settings.service';

@Controller()
export class NoticeSettingsController {
  readonly #settings: NoticeSettingsService;

  constructor(@Inject(NoticeSettingsService) settings: NoticeSettingsService) {
    this.#settings = settings;
  }

  @ContractRoute('getNoticeSettings')
  get(@Caller() { account }: CallerFacts): Promise<NoticeSettings> {
    return this.#settings.view(account.accountId);
  }

  @ContractRoute('putNoticeSettings')
  put(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'putNoticeSettings'>): Promise<NoticeSettings> {
    return this.#settings.prefer(account.accountId, body);
  }

  @ContractRoute('addNoticeChannel')
  add(@Caller() { account }: CallerFacts, @Input() { body }: InputOf<'addNoticeChannel'>): Promise<NoticeChannel> {
    return this.#settings.add(account.accountId, body);
  }

  @ContractRoute('confirmNoticeChannel')
  confirm(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'confirmNoticeChannel'>,
  ): Promise<NoticeChannel> {
    return this.#settings.confirm(account.accountId, params.channelId, body.code);
  }

  @ContractRoute('removeNoticeChannel')
  remove(@Caller() { account }: CallerFacts, @Input() { params }: InputOf<'removeNoticeChannel'>): Promise<void> {
    return this.#settings.remove(account.accountId, params.channelId);
  }
}
