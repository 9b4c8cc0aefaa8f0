import { sha256 } from '@coffer/crypto';
import { systemClock, toBase64Url, utf8, type Clock } from '@coffer/foundation';
import type { RouteName } from '@coffer/contracts';
import { counter, type Counter, type Registry } from '@coffer/observability';
import type { FastifyRequest } from 'fastify';
import type { ContractRouteConfig } from '../platform/contract-route';
import { ProblemError } from '../platform/problem';
import type { RequestTokens } from '../platform/request-tokens';
import { Allowances } from './allowance';
import { clientNetwork } from './client-network';
import type { RequestLimitConfig } from './limit-variables';

/** Of each kind in each table: some megabytes in all. */
const mostKeys = 20_000;

/** Whatever floods, those who look after this process are answered. */
const exempt: ReadonlySet<RouteName | undefined> = new Set<RouteName>(['getLiveness', 'getReadiness']);

/** Called once for each object of a backup, of a plaintext history or of the ledger, and what those calls need. */
const bulk: ReadonlySet<RouteName | undefined> = new Set<RouteName>([
  'getObject',
  'headObject',
  'putObject',
  'listObjects',
  'createGrant',
  'createChallenge',
  'listPurgeObjects',
  'getPurgeObjectContent',
  'releasePurgeObject',
  'quarantinePurgeObject',
  'getLedgerTile',
  'getLedgerEntryBundle',
]);

type Kind = 'requests' | 'bulk';
type Party = 'account' | 'address';

/**
 * Turns away who asks too much, before anything else is done for the request: no body is read, no account is looked up, no guess
 * is spent. A request counts for the account of its token, whatever the address, so that people behind one address do not
 * slow each other; one without a token that holds counts for its address, so that nobody can use up what is another's.
 */
export class RequestLimits {
  readonly #tokens: RequestTokens;
  readonly #allowances: Readonly<Record<Party, Readonly<Record<Kind, Allowances>>>>;
  readonly #refused: Counter<'party' | 'kind'>;

  constructor(tokens: RequestTokens, config: RequestLimitConfig, metrics: Registry, clock: Clock = systemClock) {
    const { account, address, bulk: bulkAllowance } = config;
    const bulkOf = (): Allowances => new Allowances(bulkAllowance, mostKeys, clock);
    this.#tokens = tokens;
    this.#allowances = {
      account: { requests: new Allowances(account, mostKeys, clock), bulk: bulkOf() },
      address: { requests: new Allowances(address, mostKeys, clock), bulk: bulkOf() },
    };
    this.#refused = counter(
      metrics,
      'coffer_requests_refused_total',
      'Requests that were turned away because their account or address asked too much',
      ['party', 'kind'],
    );
  }

  /** @throws ProblemError `rate-limited`, with the seconds after which the next one is served */
  async admit(request: FastifyRequest): Promise<void> {
    const { contract } = request.routeOptions.config as Partial<ContractRouteConfig>;
    if (exempt.has(contract)) return;
    const kind = bulk.has(contract) ? 'bulk' : 'requests';
    const account = await this.#accountOf(request);
    const party = account === undefined ? 'address' : 'account';
    const retryAfterSeconds = this.#allowances[party][kind].take(account ?? clientNetwork(request.ip));
    if (retryAfterSeconds === 0) return;
    this.#refused.inc({ party, kind });
    throw new ProblemError(
      'rate-limited',
      `This ${party} asks more than the vault answers. Nothing was done and nothing was counted; try again in ${retryAfterSeconds} s.`,
      { fields: { retryAfterSeconds } },
    );
  }

  /** A name of the token's account that says nothing of it; undefined where no token holds. The guard says why it does not. */
  async #accountOf(request: FastifyRequest): Promise<string | undefined> {
    if (request.headers.authorization === undefined) return undefined;
    try {
      const { issuer, subject } = await this.#tokens.of(request);
      return toBase64Url(sha256(utf8(`${issuer}\n${subject}`)));
    } catch {
      return undefined;
    }
  }
}
