import { limits } from '@coffer/contracts';
import { systemClock, type Clock } from '@coffer/foundation';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ProblemError } from './problem';
import { TokenMemory } from './token-memory';

/** What a verified access token says. */
export interface TokenFacts {
  readonly issuer: string;
  readonly subject: string;
  /** When the person signed in; null where the provider does not say. */
  readonly authTimeMs: number | null;
  readonly isStaff: boolean;
}

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly staffClaim: string;
  readonly staffRole: string;
  readonly clock?: Clock;
}

/** Signatures that are accepted; none of them is symmetric, so that no public key can be taken for a secret one. */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
/** `typ` of an access token (RFC 9068), or of a plain JWT where the provider sets no other. */
const types = new Set(['at+jwt', 'application/at+jwt', 'jwt', undefined]);
/** OpenID Connect Core, section 2: at most 255 ASCII characters. Printable ones only, so that one subject has one text. */
const subjectForm = /^[\x21-\x7e]{1,255}$/;

/**
 * Verifies bearer tokens of the operator's OpenID provider.
 *
 * A token that held is taken again for a minute without the work of its signature, never beyond its own end: the same bytes say
 * the same. A key that the provider withdraws is noticed later by that minute; jose keeps the provider's keys for ten.
 */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #clock: Clock;
  readonly #memory = new TokenMemory();
  #keys: JWTVerifyGetKey | undefined;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * @param authorization - the header's value
   * @throws ProblemError `unauthenticated`, `token-expired`; `service-unavailable` where the provider's keys cannot be had
   */
  async verify(authorization: string | undefined): Promise<TokenFacts> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused();
    const nowMs = this.#clock.nowMs();
    const known = this.#memory.recall(token, nowMs);
    if (known !== undefined) return known;
    const { facts, endMs } = await this.#verify(token, nowMs);
    this.#memory.remember(token, facts, { fromMs: nowMs, endMs });
    return facts;
  }

  /** @returns with the instant from which on the token has expired */
  async #verify(token: string, nowMs: number): Promise<{ readonly facts: TokenFacts; readonly endMs: number }> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, await this.#keySet(), {
        issuer: this.#options.issuer,
        audience: this.#options.audience,
        algorithms,
        clockTolerance: limits.clockSkewSeconds,
        currentDate: new Date(nowMs),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      if (!types.has(protectedHeader.typ?.toLowerCase())) throw refused();
      return { facts: this.#facts(payload), endMs: (Number(payload.exp) + limits.clockSkewSeconds) * 1000 };
    } catch (error) {
      throw translate(error);
    }
  }

  #facts(payload: JWTPayload): TokenFacts {
    const { sub: subject, auth_time: authTime } = payload;
    if (subject === undefined || !subjectForm.test(subject)) throw refused();
    const roles = payload[this.#options.staffClaim];
    const isStaff = Array.isArray(roles) ? roles.includes(this.#options.staffRole) : roles === this.#options.staffRole;
    return {
      issuer: this.#options.issuer,
      subject,
      authTimeMs: typeof authTime === 'number' && Number.isFinite(authTime) ? authTime * 1000 : null,
      isStaff,
    };
  }

  /** The provider's keys, found by discovery once; jose fetches them again when a new key id comes. */
  async #keySet(): Promise<JWTVerifyGetKey> {
    if (this.#keys !== undefined) return this.#keys;
    const base = this.#options.issuer.endsWith('/') ? this.#options.issuer : `${this.#options.issuer}/`;
    const response = await fetch(new URL('.well-known/openid-configuration', base), {
      redirect: 'error',
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    const found = response?.ok === true ? ((await response.json().catch(() => ({}))) as Record<string, unknown>) : {};
    if (found['issuer'] !== this.#options.issuer || typeof found['jwks_uri'] !== 'string') throw unreachable();
    this.#keys = createRemoteJWKSet(new URL(found['jwks_uri']), { timeoutDuration: 5_000, cooldownDuration: 5_000 });
    return this.#keys;
  }
}

function translate(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof errors.JWTExpired) {
    return new ProblemError('token-expired', 'The access token has expired; sign in again.');
  }
  const isKeyTrouble =
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC');
  if (isKeyTrouble || !(error instanceof errors.JOSEError)) return unreachable();
  return refused();
}

function refused(): ProblemError {
  return new ProblemError('unauthenticated', 'No valid access token of this deployment came with the request.');
}

function unreachable(): ProblemError {
  return new ProblemError(
    'service-unavailable',
    'The identity provider does not answer, so nobody can be let in. Nothing was done.',
  );
}
