import { routes } from '@coffer/contracts';
import type { FastifyRequest } from 'fastify';
import type { ContractRouteConfig } from './contract-route';
import type { TokenFacts, TokenVerifier } from './token-verifier';

/** What the bearer token of a request says: verified once, however many ask. */
export class RequestTokens {
  readonly #verifier: Pick<TokenVerifier, 'verify'>;
  readonly #verified = new WeakMap<FastifyRequest, Promise<TokenFacts>>();

  constructor(verifier: Pick<TokenVerifier, 'verify'>) {
    this.#verifier = verifier;
  }

  /** Lets through what needs no token, or has one. @throws ProblemError as `TokenVerifier.verify` */
  async require(request: FastifyRequest): Promise<void> {
    const { contract } = request.routeOptions.config as Partial<ContractRouteConfig>;
    if (contract !== undefined && routes[contract].auth !== 'public') await this.of(request);
  }

  /** @throws ProblemError as `TokenVerifier.verify` */
  of(request: FastifyRequest): Promise<TokenFacts> {
    const known = this.#verified.get(request);
    if (known !== undefined) return known;
    const facts = this.#verifier.verify(request.headers.authorization);
    this.#verified.set(request, facts);
    return facts;
  }
}
