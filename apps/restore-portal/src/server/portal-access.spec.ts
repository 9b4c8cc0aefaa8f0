import type { IronSession } from 'iron-session';
import { describe, expect, it, vi } from 'vitest';
import type { Identity } from './identity';
import { gatewayAccess } from './portal-access';
import { PortalError } from './portal-error';
import type { PortalSession } from './session';

const nowMs = 1_000_000;
const clock = { nowMs: () => nowMs };

function sessionOf(changes: Partial<PortalSession>) {
  const data = { accessToken: 'old', refreshToken: 'r', expiresAtMs: nowMs + 30_000, csrfToken: 'c', displayName: '' };
  const session = { ...data, ...changes, save: vi.fn(async () => undefined), destroy: vi.fn() };
  return session as typeof session & IronSession<PortalSession>;
}
const renewed = { accessToken: 'new', refreshToken: 'r2', expiresAtMs: nowMs + 600_000 };
const identityOf = (refresh: Identity['refresh']): Identity => ({ refresh }) as Identity;

describe('gatewayAccess', () => {
  it('is null when nobody is signed in', () => {
    const empty = { save: vi.fn(), destroy: vi.fn() } as unknown as IronSession<PortalSession>;
    expect(gatewayAccess(empty, 'c', identityOf(vi.fn()), clock)).toBeNull();
  });

  it('leaves a token alone that is good for more than a minute', async () => {
    const refresh = vi.fn();
    const session = sessionOf({ expiresAtMs: nowMs + 60_001 });
    expect(await gatewayAccess(session, 'c', identityOf(refresh), clock)!.accessToken()).toBe('old');
    expect(refresh).not.toHaveBeenCalled();
  });

  it('renews a token that ends soon, and keeps what came', async () => {
    const session = sessionOf({});
    const access = gatewayAccess(
      session,
      'c',
      identityOf(async () => renewed),
      clock,
    )!;
    expect(await access.accessToken()).toBe('new');
    expect(session).toMatchObject(renewed);
    expect(session.save).toHaveBeenCalledOnce();
  });

  it('uses up what is left of a token when it cannot be renewed', async () => {
    const refresh = () => Promise.reject(new PortalError('session-ended', 'over'));
    const session = sessionOf({});
    expect(await gatewayAccess(session, 'c', identityOf(refresh), clock)!.accessToken()).toBe('old');
    expect(session.destroy).not.toHaveBeenCalled();
  });

  it('ends the session when the token has ended and cannot be renewed', async () => {
    const refresh = () => Promise.reject(new PortalError('session-ended', 'over'));
    const session = sessionOf({ expiresAtMs: nowMs });
    const access = gatewayAccess(session, 'c', identityOf(refresh), clock)!;
    await expect(access.accessToken()).rejects.toMatchObject({ code: 'session-ended' });
    expect(session.destroy).toHaveBeenCalledOnce();
  });

  it('ends nothing when the provider is away', async () => {
    const refresh = () => Promise.reject(new PortalError('identity-unreachable', 'away'));
    const session = sessionOf({ expiresAtMs: nowMs });
    const access = gatewayAccess(session, 'c', identityOf(refresh), clock)!;
    await expect(access.accessToken()).rejects.toMatchObject({ code: 'identity-unreachable' });
    expect(session.destroy).not.toHaveBeenCalled();
  });
});
