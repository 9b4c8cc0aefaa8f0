import type { RepositoryHead } from '@coffer/contracts';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { HeadsService, type HeadAnswer } from './heads.service';

@Controller()
export class HeadsController {
  readonly #heads: HeadsService;

  constructor(heads: HeadsService) {
    this.#heads = heads;
  }

  @ContractRoute('getHead')
  async get(
    @Caller() { account }: CallerFacts,
    @Input() { params }: InputOf<'getHead'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RepositoryHead> {
    return answer(await this.#heads.get(account.accountId, params.repositoryId), reply);
  }

  @ContractRoute('putHead')
  async put(
    @Caller() { account }: CallerFacts,
    @Input() { params, headers, body }: InputOf<'putHead'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RepositoryHead> {
    const condition = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
    return answer(await this.#heads.replace(account.accountId, params.repositoryId, condition, body), reply);
  }
}

function answer({ head, etag }: HeadAnswer, reply: FastifyReply): RepositoryHead {
  if (etag !== null) void reply.header('etag', etag);
  return { head };
}
