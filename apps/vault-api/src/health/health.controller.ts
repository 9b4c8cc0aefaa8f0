import type { Health } from '@coffer/contracts';
import { checkReadiness } from '@coffer/observability';
import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ContractRoute } from '../platform/contract-route';
import { VaultParts } from '../platform/vault-parts';
import { readinessChecks } from './readiness';

@Controller()
export class HealthController {
  readonly #parts: VaultParts;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  @ContractRoute('getLiveness')
  live(): Health {
    return { status: 'ok', checks: [] };
  }

  @ContractRoute('getReadiness')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const { ready, checks } = await checkReadiness(readinessChecks(this.#parts));
    if (!ready) void reply.status(503);
    return {
      status: ready ? 'ok' : 'unavailable',
      checks: Object.entries(checks).map(([name, complaint]) =>
        complaint === 'ok' ? { name, status: 'ok' } : { name, status: 'unavailable', detail: complaint },
      ),
    };
  }
}
