import { setTimeout as pause } from 'node:timers/promises';

import { systemClock, type Clock } from '@coffer/foundation';

import { ObjectStoreError } from '../../errors';
import { HttpService, type HttpAnswer, type HttpPolicy } from '../http/http-service';
import { parseJson } from './drive-file';

/** Where Google's authorization server is. */
export const googleSignInUrl = 'https://oauth2.googleapis.com';

const scope = 'https://www.googleapis.com/auth/drive.appdata';
const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** Of a token of which is not said how long it is good. */
const defaultLifeSeconds = 300;

/** Who asks: a client of the type "TVs and limited input devices". Its secret is known to every copy of the program. */
export interface GoogleClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Origin of the authorization server; Google's unless told. */
  readonly signInUrl?: string;
}

/** What a person needs to approve a device (RFC 8628, section 3.2). */
export interface GoogleDeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
}

/** What a sign-in gave. */
export interface GoogleTokens {
  readonly accessToken: string;
  /** By this machine's clock. */
  readonly expiresAtMs: number;
  /** Renews the access token; absent where the one before stays. */
  readonly refreshToken?: string;
}

/**
 * The device authorization grant (RFC 8628) and its renewal (RFC 6749, section 6) as Google's server speaks them: `verification_url`
 * for `verification_uri`, 428 for "not yet".
 */
export class GoogleSignIn {
  readonly #client: GoogleClient;
  readonly #service: HttpService;
  readonly #clock: Clock;
  readonly #pauseMs: HttpPolicy['pauseMs'];

  constructor(client: GoogleClient, policy: HttpPolicy = {}) {
    this.#client = client;
    this.#service = new HttpService(policy);
    this.#clock = policy.clock ?? systemClock;
    this.#pauseMs = policy.pauseMs;
  }

  /**
   * Signs in with a person who approves elsewhere.
   *
   * @param onCode - told once, what the person has to be shown
   * @throws ObjectStoreError `access-denied` where the person or Google said no, or nobody approved in time; `unreachable`
   */
  async signIn(onCode: (code: GoogleDeviceCode) => void, signal: AbortSignal): Promise<GoogleTokens> {
    const asked = await this.#post('/device/code', { scope });
    if (asked.error !== undefined) throw refused(asked.error);
    const { device_code: deviceCode, user_code: userCode, expires_in: life, interval } = asked.body;
    const verificationUri = asked.body['verification_url'] ?? asked.body['verification_uri'];
    const isSound =
      typeof deviceCode === 'string' && typeof userCode === 'string' && typeof verificationUri === 'string';
    if (!isSound) throw refused('invalid_response');
    const expiresInSeconds = typeof life === 'number' ? life : 600;
    onCode({ userCode, verificationUri, expiresInSeconds });
    const endsAtMs = this.#clock.nowMs() + expiresInSeconds * 1000;
    let everySeconds = typeof interval === 'number' ? interval : 5;
    while (this.#clock.nowMs() < endsAtMs) {
      await (this.#pauseMs?.(everySeconds * 1000) ?? pause(everySeconds * 1000, undefined, { signal }));
      signal.throwIfAborted();
      const answer = await this.#post('/token', { grant_type: deviceCodeGrant, device_code: deviceCode });
      if (answer.error === undefined) return this.#tokens(answer.body);
      if (answer.error === 'slow_down') everySeconds += 5;
      else if (answer.error !== 'authorization_pending') throw refused(answer.error);
    }
    throw refused('expired_token');
  }

  /** @throws ObjectStoreError `access-denied` where Google takes the token no more; `unreachable` */
  async refresh(refreshToken: string): Promise<GoogleTokens> {
    const answer = await this.#post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
    if (answer.error !== undefined) throw refused(answer.error);
    return this.#tokens(answer.body);
  }

  /** Ends a sign-in (RFC 7009). @returns whether Google says so @throws ObjectStoreError `unreachable` */
  async revoke(token: string): Promise<boolean> {
    const answer = await this.#send('/revoke', { token });
    await answer.discard();
    return answer.status === 200;
  }

  async #post(
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<{ readonly body: Readonly<Record<string, unknown>>; readonly error: string | undefined }> {
    const answer = await this.#send(path, form);
    if (answer.status >= 500 || answer.status === 429) {
      await answer.discard();
      throw new ObjectStoreError('unreachable', 'the sign-in of Google did not answer as it should; try again');
    }
    const body = parseJson(await answer.text());
    if (answer.status === 200) return { body, error: undefined };
    return { body, error: typeof body['error'] === 'string' ? body['error'] : 'invalid_response' };
  }

  #send(path: string, form: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const { clientId, clientSecret, signInUrl = googleSignInUrl } = this.#client;
    return this.#service.send(() => ({
      method: 'POST',
      url: signInUrl + path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...form }).toString(),
    }));
  }

  #tokens(body: Readonly<Record<string, unknown>>): GoogleTokens {
    const { access_token: accessToken, expires_in: life, refresh_token: refreshToken } = body;
    if (typeof accessToken !== 'string' || accessToken === '') throw refused('invalid_response');
    return {
      accessToken,
      expiresAtMs: this.#clock.nowMs() + (typeof life === 'number' ? life : defaultLifeSeconds) * 1000,
      ...(typeof refreshToken === 'string' ? { refreshToken } : {}),
    };
  }
}

const refusals: Readonly<Record<string, string>> = {
  access_denied: 'The sign-in was turned down. Nothing was changed.',
  expired_token: 'Nobody approved the sign-in in time. Nothing was changed; run the same command again.',
  invalid_grant:
    'Google no longer takes the sign-in of this device. Nothing was lost. Run: coffer login --store drive:appdata',
  invalid_client: 'Google does not know this client: check COFFER_DRIVE_CLIENT_ID and COFFER_DRIVE_CLIENT_SECRET.',
};

function refused(error: string): ObjectStoreError {
  const reason = /^[a-z_]{1,64}$/.test(error) ? error : 'invalid_response';
  const words = refusals[reason] ?? 'Google did not take the sign-in. Nothing was changed.';
  return new ObjectStoreError('access-denied', words, { fields: { reason } });
}
