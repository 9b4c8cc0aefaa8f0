import type { CertificateList } from '@coffer/contracts';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { CertificatesService } from './certificates.service';

@Controller()
export class CertificatesController {
  readonly #certificates: CertificatesService;

  constructor(certificates: CertificatesService) {
    this.#certificates = certificates;
  }

  @ContractRoute('listCertificates')
  list(@Caller() { account }: CallerFacts): Promise<CertificateList> {
    return this.#certificates.list(account.accountId);
  }

  @ContractRoute('getCertificate')
  async file(
    @Caller() { account }: CallerFacts,
    @Input() { params }: InputOf<'getCertificate'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const file = await this.#certificates.file(account.accountId, params.certificateId);
    void reply.type('application/json');
    return file;
  }
}
