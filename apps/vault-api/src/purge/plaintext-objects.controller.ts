import { Readable } from 'node:stream';
import { statementHeaderName, type PurgeObject } from '@coffer/contracts';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ContentService } from './content.service';
import { QuarantinesService } from './quarantines.service';
import { ReleasesService } from './releases.service';

@Controller()
export class PlaintextObjectsController {
  readonly #content: ContentService;
  readonly #releases: ReleasesService;
  readonly #quarantines: QuarantinesService;

  constructor(content: ContentService, releases: ReleasesService, quarantines: QuarantinesService) {
    this.#content = content;
    this.#releases = releases;
    this.#quarantines = quarantines;
  }

  @ContractRoute('getPurgeObjectContent')
  async read(
    @Caller() { account }: CallerFacts,
    @Input() { params, headers }: InputOf<'getPurgeObjectContent'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const statement = headers[statementHeaderName];
    const { sizeBytes, content } = await this.#content.read(account.accountId, params.objectId, statement);
    void reply.headers({ 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) });
    return Readable.from(content, { objectMode: false });
  }

  @ContractRoute('releasePurgeObject')
  release(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'releasePurgeObject'>,
  ): Promise<PurgeObject> {
    return this.#releases.release(account.accountId, params.objectId, body);
  }

  @ContractRoute('quarantinePurgeObject')
  quarantine(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'quarantinePurgeObject'>,
  ): Promise<PurgeObject> {
    return this.#quarantines.quarantine(account.accountId, params.objectId, body);
  }
}
