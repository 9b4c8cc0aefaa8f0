import type { Deployment } from '@coffer/contracts';
import { systemClock, type Clock } from '@coffer/foundation';

import type { HomeDirectory } from '../home/home-directory';
import { SessionError } from './session-error';
import { requireSession, writeSession, type Session } from './session-file';
import { withSessionLock } from './session-lock';

/** A token with less life than this is renewed before it is used, in milliseconds. */
const marginMs = 30_000;

/** Access tokens of a home's sign-in, renewed when they expire and shared with other runs of the same home. */
export class AccessTokens {
  #session: Session | undefined;
  #renewal: Promise<Session> | undefined;

  constructor(
    private readonly home: HomeDirectory,
    private readonly deployment: Deployment,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * A token that is good for a while yet.
   *
   * @param refused - one that the vault has just turned away as expired
   * @throws SessionError `not-signed-in`, `sign-in-expired`, `unreachable` …; HomeError `damaged`, `refused`
   */
  async get(refused?: string): Promise<string> {
    this.#session ??= await requireSession(this.home);
    if (this.#isGood(this.#session, refused)) return this.#session.accessToken;
    // Many requests may find the token expired at once: one renewal serves them all.
    this.#renewal ??= this.#renew(refused).finally(() => (this.#renewal = undefined));
    this.#session = await this.#renewal;
    return this.#session.accessToken;
  }

  /** Reads the sign-in again with the next request: another one has taken its place. */
  forget(): void {
    this.#session = undefined;
  }

  async #renew(refused: string | undefined): Promise<Session> {
    return withSessionLock(this.home, async () => {
      const stored = await requireSession(this.home);
      if (this.#isGood(stored, refused)) return stored;
      if (stored.issuer !== this.deployment.issuer || stored.clientId !== this.deployment.clients.cli) throw ended();
      if (stored.refreshToken === null) throw ended();
      const { IdentityProvider } = await import('./identity-provider');
      const provider = await IdentityProvider.find(this.deployment, this.clock);
      const renewed = { ...stored, ...(await provider.refresh(stored.refreshToken)) };
      await writeSession(this.home, renewed);
      return renewed;
    });
  }

  #isGood({ accessToken, expiresAtMs }: Session, refused: string | undefined): boolean {
    return accessToken !== refused && expiresAtMs - this.clock.nowMs() > marginMs;
  }
}

function ended(): SessionError {
  return new SessionError(
    'sign-in-expired',
    'The sign-in of this device has ended. Nothing was lost. Run: coffer login',
  );
}
