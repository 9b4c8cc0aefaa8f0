import { describe, expect, it } from 'vitest';
import { isOwnForm, isSignedIn, newCsrfToken, safeReturn, type StaffSession } from './session';

const session: StaffSession = {
  accessToken: 'a',
  refreshToken: null,
  expiresAtMs: 0,
  csrfToken: newCsrfToken(),
  displayName: 'Morgan',
};

describe('safeReturn', () => {
  it.each(['/vault', '/purge?state=failed&provider=s3', '/ledger?account=acct_0%2F1'])('keeps %s', (path) => {
    expect(safeReturn(path)).toBe(path);
  });

  it.each([
    '//evil.test',
    '/\\evil.test',
    'https://evil.test',
    'vault',
    '',
    undefined,
    ['/vault'],
    '/a\nb',
    '/a#b',
    `/${'x'.repeat(600)}`,
  ])('D06: gives the vault instead when it is given %j', (path) => {
    expect(safeReturn(path)).toBe('/vault');
  });
});

describe('isOwnForm', () => {
  const request = (site: string | null) =>
    new Request('http://localhost/acts/retry', { headers: site === null ? {} : { 'sec-fetch-site': site } });

  it('is true when the browser and the form both say so', () => {
    expect(isOwnForm(request('same-origin'), session, session.csrfToken)).toBe(true);
  });

  it.each(['cross-site', 'same-site', 'none', null])('D04: is false when the browser says %s', (site) => {
    expect(isOwnForm(request(site), session, session.csrfToken)).toBe(false);
  });

  it.each(['', newCsrfToken(), session.csrfToken.slice(1), null])('D04: is false when the form bears %j', (given) => {
    expect(isOwnForm(request('same-origin'), session, given)).toBe(false);
  });
});

describe('isSignedIn', () => {
  it('is true when everything is there, and only then', () => {
    expect(isSignedIn(session)).toBe(true);
    expect(isSignedIn({})).toBe(false);
    expect(isSignedIn({ accessToken: 'a', csrfToken: 'c' })).toBe(false);
  });
});
