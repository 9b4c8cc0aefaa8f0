import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment } from '@coffer/contracts';
import { systemClock, type Clock } from '@coffer/foundation';
import * as openid from 'openid-client';

import { SessionError } from './session-error';

/** What a sign-in gave. */
export interface Tokens {
  readonly accessToken: string;
  /** By this machine's clock; RFC 6749 section 5.1. */
  readonly expiresAtMs: number;
  readonly refreshToken: string | null;
}

/** What a person needs to approve a device (RFC 8628, section 3.2). */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code in it; null where the provider offers none. */
  readonly verificationUriComplete: string | null;
  readonly expiresInSeconds: number;
}

type DeviceAuthorization = Awaited<ReturnType<typeof openid.initiateDeviceAuthorization>>;

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const timeoutSeconds = 30;
/** Of a token of which its provider does not say how long it is good. */
const defaultLifeSeconds = 300;

/** The operator's OpenID provider, as a device without a browser uses it. */
export class IdentityProvider {
  private constructor(
    private readonly configuration: openid.Configuration,
    private readonly audience: string,
    private readonly clock: Clock,
  ) {}

  /** @throws SessionError `unreachable`, `identity-invalid` */
  static async find({ issuer, clients, audience }: Deployment, clock: Clock = systemClock): Promise<IdentityProvider> {
    const url = new URL(issuer);
    const configuration = await said(() =>
      openid.discovery(url, clients.cli, undefined, openid.None(), {
        timeout: timeoutSeconds,
        ...(isLoopback(url) ? { execute: [withoutTls] } : {}),
      }),
    );
    return new IdentityProvider(configuration, audience, clock);
  }

  /**
   * Signs in by the device authorization grant (RFC 8628), always asking for a fresh sign-in.
   *
   * @param onCode - told once, what the person has to be shown
   * @throws SessionError `sign-in-refused`, `sign-in-timed-out`, `unreachable`, `identity-invalid`
   */
  async signIn(onCode: (code: DeviceCode) => void, signal: AbortSignal): Promise<Tokens> {
    const parameters = { scope: 'openid offline_access', resource: this.audience, max_age: '0' };
    const device = await said(() => openid.initiateDeviceAuthorization(this.configuration, parameters));
    onCode({
      userCode: device.user_code,
      verificationUri: device.verification_uri,
      verificationUriComplete: device.verification_uri_complete ?? null,
      expiresInSeconds: device.expires_in,
    });
    const granted = await this.#awaitApproval(device, signal);
    return this.#tokens(granted, null);
  }

  /** Asks as often as the provider allows (RFC 8628, section 3.5); ends at once with the signal. */
  async #awaitApproval(device: DeviceAuthorization, signal: AbortSignal): Promise<openid.TokenEndpointResponse> {
    const endsAtMs = this.clock.nowMs() + device.expires_in * 1000;
    let everySeconds = device.interval ?? 5;
    while (this.clock.nowMs() < endsAtMs) {
      await pause(everySeconds * 1000, undefined, { signal });
      try {
        return await openid.genericGrantRequest(this.configuration, deviceCodeGrant, {
          device_code: device.device_code,
          resource: this.audience,
        });
      } catch (cause) {
        const answer = cause instanceof openid.ResponseBodyError ? cause.error : undefined;
        if (answer === 'slow_down') everySeconds += 5;
        else if (answer !== 'authorization_pending') throw toSessionError(cause);
      }
    }
    throw timedOut();
  }

  /** @throws SessionError `sign-in-expired` where the provider takes the token no more, `unreachable`, `identity-invalid` */
  async refresh(refreshToken: string): Promise<Tokens> {
    const granted = await said(() =>
      openid.refreshTokenGrant(this.configuration, refreshToken, { resource: this.audience }),
    );
    return this.#tokens(granted, refreshToken);
  }

  /** Ends the sign-in at the provider (RFC 7009). @returns false where it offers no such thing @throws SessionError */
  async revoke(token: string): Promise<boolean> {
    if (this.configuration.serverMetadata().revocation_endpoint === undefined) return false;
    await said(() => openid.tokenRevocation(this.configuration, token));
    return true;
  }

  #tokens(granted: openid.TokenEndpointResponse, refreshToken: string | null): Tokens {
    return {
      accessToken: granted.access_token,
      expiresAtMs: this.clock.nowMs() + (granted.expires_in ?? defaultLifeSeconds) * 1000,
      refreshToken: granted.refresh_token ?? refreshToken,
    };
  }
}

// Marked as deprecated to make it stand out; it is for this machine's own addresses alone.
const withoutTls = Reflect.get<typeof openid, 'allowInsecureRequests'>(openid, 'allowInsecureRequests');

/** Plain HTTP carries tokens in the clear: only this machine's own addresses may do without TLS. */
function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Gives what the provider says this program's own codes. */
async function said<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    throw toSessionError(cause);
  }
}

function toSessionError(cause: unknown): SessionError {
  if (cause instanceof openid.ResponseBodyError) return fromAnswer(cause);
  // openid-client wraps its own refusals in ClientError; what fetch throws for a network that is away is a TypeError.
  if (cause instanceof openid.ClientError && cause.code !== undefined && cause.code !== 'OAUTH_TIMEOUT') {
    return new SessionError(
      'identity-invalid',
      `What answers at the issuer's address is no identity provider that this device can use (${cause.message}). ` +
        'No token was sent. Ask your operator.',
      { cause },
    );
  }
  return new SessionError(
    'unreachable',
    'The identity provider does not answer. Nothing was changed; check the network and run the command again.',
    { cause, isRetryable: true },
  );
}

function fromAnswer(cause: openid.ResponseBodyError): SessionError {
  switch (cause.error) {
    case 'access_denied':
      return new SessionError('sign-in-refused', 'The sign-in was turned down. Nothing was changed.', { cause });
    case 'expired_token':
      return timedOut(cause);
    case 'invalid_grant':
      return new SessionError('sign-in-expired', 'The sign-in of this device has ended. Run: coffer login', { cause });
    default:
      return new SessionError(
        'sign-in-refused',
        `The identity provider refuses this device (${cause.error}). Nothing was changed; ask your operator.`,
        { cause },
      );
  }
}

function timedOut(cause?: unknown): SessionError {
  const message = 'Nobody approved this device in time. Nothing was changed; run the command again.';
  return new SessionError('sign-in-timed-out', message, cause === undefined ? {} : { cause });
}
