import { limits, type NoticeList } from '@coffer/contracts';
import { requireUuid, toRfc3339 } from '@coffer/foundation';
import { Controller, Inject } from '@nestjs/common';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class NoticesController {
  readonly #parts: VaultParts;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  /** Newest first; the cursor is the id of the last notice of the page before. */
  @ContractRoute('listNotices')
  async list(@Caller() { account }: CallerFacts, @Input() { query }: InputOf<'listNotices'>): Promise<NoticeList> {
    const before = query.cursor === undefined ? null : requireUuid(query.cursor, 'cursor');
    const rows = await this.#parts.store.notices(account.accountId, before, limits.pageEntries);
    return {
      notices: rows.map(({ noticeId, atMs, kind, severity, title, text, eventNumber }) => ({
        ...{ noticeId, kind, severity, title, text, eventNumber },
        at: toRfc3339(atMs),
      })),
      nextCursor: rows.length < limits.pageEntries ? null : (rows.at(-1)?.noticeId ?? null),
    };
  }
}
