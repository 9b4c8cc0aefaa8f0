import { fakeClock } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, testAudience, type TestIssuer } from '../../test/test-issuer';
import { TokenVerifier } from './token-verifier';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.stop());

const startMs = Date.UTC(2026, 5, 1);
const startSeconds = startMs / 1000;

function verifierOf({ url }: TestIssuer) {
  const clock = fakeClock(startMs);
  const verifier = new TokenVerifier({
    ...{ issuer: url, audience: testAudience, staffClaim: 'roles', staffRole: 'staff', clock },
  });
  return { clock, verifier };
}

/** Valid for `seconds` from `startMs` on. */
function tokenFor(from: TestIssuer, seconds: number): Promise<string> {
  return from.token('somebody', { iat: startSeconds, exp: startSeconds + seconds, auth_time: startSeconds });
}

describe('TokenVerifier', () => {
  describe('verify', () => {
    it('says the same of the same token, and refuses it from its end on, skew included', async () => {
      const { clock, verifier } = verifierOf(issuer);
      const authorization = `Bearer ${await tokenFor(issuer, 10)}`;
      const first = await verifier.verify(authorization);
      expect(first).toEqual({ issuer: issuer.url, subject: 'somebody', authTimeMs: startMs, isStaff: false });
      expect(await verifier.verify(authorization)).toEqual(first);
      // Remembered a moment before its end: not for the whole minute.
      clock.advanceMs(309_000);
      expect(await verifier.verify(authorization)).toEqual(first);
      clock.advanceMs(1_000);
      await expect(verifier.verify(authorization)).rejects.toMatchObject({ code: 'token-expired' });
    });

    it('refuses a token with other bytes when its like was taken', async () => {
      const { verifier } = verifierOf(issuer);
      const token = await tokenFor(issuer, 600);
      await verifier.verify(`Bearer ${token}`);
      const [header, payload, signature] = token.split('.');
      const turned = `${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`;
      await expect(verifier.verify(`Bearer ${header}.${payload}.${turned}`)).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    });
  });
});
