import { limits, routes, type Route, type RouteName } from '@coffer/contracts';
import { systemClock } from '@coffer/foundation';
import type { Accounts } from '@coffer/key-vault';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { setCaller } from './caller';
import { routeMetadata } from './contract-route';
import { requireNothingElse } from './input';
import { ProblemError } from './problem';
import type { RequestTokens } from './request-tokens';
import type { TokenFacts } from './token-verifier';

/** Whether the vault is sealed, as this process last saw it. */
export interface SealView {
  readonly sealedReason: string | null;
}

/** Lets a request through to its handler, as the contract's `auth` says, and if it brings nothing else than the contract names. A handler without a contract is never reached. */
export class AccessGuard implements CanActivate {
  readonly #tokens: RequestTokens;
  readonly #accounts: Pick<Accounts, 'ensure'>;
  readonly #seal: SealView;

  constructor(tokens: RequestTokens, accounts: Pick<Accounts, 'ensure'>, seal: SealView) {
    this.#tokens = tokens;
    this.#accounts = accounts;
    this.#seal = seal;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const name = Reflect.getMetadata(routeMetadata, context.getHandler()) as RouteName | undefined;
    if (name === undefined) throw new ProblemError('not-found', 'There is no such route.');
    const route: Route = routes[name];
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = route.auth === 'public' ? undefined : await this.#tokens.of(request);
    if (route.auth === 'staff' && token?.isStaff !== true) {
      throw new ProblemError('forbidden', 'This route is for staff.');
    }
    requireNothingElse(route, request);
    if (token !== undefined && route.auth !== 'staff') await this.#admitAccount(route, request, token);
    return true;
  }

  async #admitAccount(route: Route, request: FastifyRequest, token: TokenFacts): Promise<void> {
    if (this.#seal.sealedReason !== null)
      throw new ProblemError('vault-sealed', 'The vault is sealed; staff know why.');
    const account = await this.#accounts.ensure(token.issuer, token.subject);
    if (account.closedAtMs !== null) {
      throw new ProblemError('account-closed', 'The account is being deleted, with everything in it.');
    }
    if (account.sealedReason !== null) {
      throw new ProblemError('account-sealed', 'The account is sealed until staff have repaired it.');
    }
    const needsFresh =
      route.auth === 'fresh' ||
      route.freshLogin === 'always' ||
      (route.freshLogin === 'first-claim' && account.ownerGeneration === 0);
    if (needsFresh) requireFresh(token);
    setCaller(request, { account, token });
  }
}

/** @throws ProblemError `fresh-login-required` where the sign-in is older than five minutes, or nobody says when it was */
export function requireFresh(token: TokenFacts): void {
  const age = token.authTimeMs === null ? Infinity : systemClock.nowMs() - token.authTimeMs;
  if (age <= limits.freshLoginSeconds * 1000 && age >= -limits.clockSkewSeconds * 1000) return;
  throw new ProblemError('fresh-login-required', 'This act needs a sign-in that is at most five minutes old.');
}
