import type { FakeAnswer, FakeRequest } from '../http-fake/http-fake';
import { json } from './api-answers';

const accessLifeSeconds = 3599;

/** The authorization server of a fake: the device authorization grant, renewal and revocation. */
export class GoogleAccounts {
  /** What a person does once the code was shown; `wait` answers "not yet". */
  answers: ('wait' | 'slow-down' | 'approve' | 'deny')[] = ['approve'];
  readonly #access = new Map<string, number>();
  readonly #refresh = new Set<string>();
  #tokens = 0;

  constructor(private readonly nowMs: () => number) {}

  /** A token as if a person had signed in. */
  issue(): { readonly accessToken: string; readonly refreshToken: string } {
    this.#tokens += 1;
    const tokens = { accessToken: `access-${this.#tokens}`, refreshToken: `refresh-${this.#tokens}` };
    this.#access.set(tokens.accessToken, this.nowMs() + accessLifeSeconds * 1000);
    this.#refresh.add(tokens.refreshToken);
    return tokens;
  }

  /** Ends all access tokens, as time does. */
  expire(): void {
    this.#access.clear();
  }

  /** Ends all that was issued, as the person can in the settings of the account. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  takes(authorization: string | undefined): boolean {
    const endsAtMs = this.#access.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
    return endsAtMs !== undefined && endsAtMs > this.nowMs();
  }

  serve(request: FakeRequest): FakeAnswer {
    const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
    if (form.get('client_id') !== 'fake-client' || form.get('client_secret') !== 'fake-client-secret') {
      return json(401, { error: 'invalid_client' });
    }
    if (request.path === '/device/code') return this.#device(form);
    if (request.path === '/token') return this.#token(form);
    if (request.path !== '/revoke') return json(404, {});
    return this.#revoke(form.get('token') ?? '');
  }

  #device(form: URLSearchParams): FakeAnswer {
    if (form.get('scope') !== 'https://www.googleapis.com/auth/drive.appdata')
      return json(400, { error: 'invalid_scope' });
    const code = { device_code: 'device-code', user_code: 'ABCD-EFGH', expires_in: 1800, interval: 0.01 };
    return json(200, { ...code, verification_url: 'https://www.google.com/device' });
  }

  #token(form: URLSearchParams): FakeAnswer {
    if (form.get('grant_type') === 'refresh_token') {
      if (!this.#refresh.has(form.get('refresh_token') ?? '')) return json(400, { error: 'invalid_grant' });
      const { accessToken } = this.issue();
      return json(200, { access_token: accessToken, expires_in: accessLifeSeconds, token_type: 'Bearer' });
    }
    if (form.get('device_code') !== 'device-code') return json(400, { error: 'invalid_grant' });
    const next = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (next === 'wait') return json(428, { error: 'authorization_pending' });
    if (next === 'slow-down') return json(403, { error: 'slow_down' });
    if (next === 'deny') return json(403, { error: 'access_denied' });
    const { accessToken, refreshToken } = this.issue();
    const granted = { access_token: accessToken, refresh_token: refreshToken, expires_in: accessLifeSeconds };
    return json(200, { ...granted, token_type: 'Bearer', scope: 'https://www.googleapis.com/auth/drive.appdata' });
  }

  #revoke(token: string): FakeAnswer {
    const wasKnown = this.#access.delete(token) || this.#refresh.delete(token);
    return wasKnown ? json(200, {}) : json(400, { error: 'invalid_token' });
  }
}
