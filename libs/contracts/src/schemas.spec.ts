import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  askGrant,
  base64UrlOf,
  deployment,
  fromStatementHeader,
  instantText,
  keyIdText,
  ksf,
  listObjectsQuery,
  objectPathText,
  openRegistration,
  problemCodes,
  problemDetails,
  problemKinds,
  problemType,
  purgeStateBuckets,
  readObjectHeaders,
  routes,
  signedStatement,
  startLogin,
  statementPurposes,
  toStatementHeader,
  uuidText,
  type Route,
} from './index';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
const statement = { statement: 'AAAA', signature: 'A'.repeat(86), body: 'AQ' };

describe('text forms', () => {
  it.each([
    ['a UUIDv7', '0198a5b0-0000-7000-8000-000000000000', true],
    ['a UUIDv4', '0198a5b0-0000-4000-8000-000000000000', false],
    ['upper case', '0198A5B0-0000-7000-8000-000000000000', false],
  ])('uuidText takes %s: %s %s', (_, text, expected) => expect(accepts(uuidText, text)).toBe(expected));

  it('takes exactly the length that is announced when bytes are base64url', () => {
    for (const bytes of [8, 16, 32, 64, 96, 192, 320]) {
      const text = Buffer.alloc(bytes, 7).toString('base64url');
      expect(accepts(base64UrlOf(bytes), text)).toBe(true);
      expect(accepts(base64UrlOf(bytes), `${text}A`)).toBe(false);
      expect(accepts(base64UrlOf(bytes), text.slice(1))).toBe(false);
      expect(accepts(base64UrlOf(bytes), `=${text.slice(1)}`)).toBe(false);
    }
  });

  it('refuses upper case when a key id is hex', () => {
    expect(accepts(keyIdText, '00ff00ff00ff00ff')).toBe(true);
    expect(accepts(keyIdText, '00FF00ff00ff00ff')).toBe(false);
  });

  it('refuses an offset when an instant is read', () => {
    expect(accepts(instantText, '2026-11-23T10:00:00.000Z')).toBe(true);
    expect(accepts(instantText, '2026-11-23T10:00:00.000+01:00')).toBe(false);
    expect(accepts(instantText, '2026-11-23')).toBe(false);
  });

  it.each(['config', 'packs/1/ab/AbC_-9', 'heads/00000000000000000001', 'a..b'])('objectPathText takes %s', (path) =>
    expect(accepts(objectPathText, path)).toBe(true),
  );

  it.each(['', '/config', 'config/', 'a//b', '..', 'a/../b', '.hidden', 'a/./b', 'a\\b', 'a b', 'a%2fb', 'a\n', 'é'])(
    'objectPathText refuses %j',
    (path) => expect(accepts(objectPathText, path)).toBe(false),
  );

  it('answers at once when a prefix is long and wrong', () => {
    const prefix = `${'a'.repeat(500)}!`;
    const before = performance.now();
    expect(accepts(listObjectsQuery, { prefix })).toBe(false);
    expect(performance.now() - before).toBeLessThan(100);
    for (const good of ['', 'packs', 'packs/', 'packs/1/a'])
      expect(accepts(listObjectsQuery, { prefix: good })).toBe(true);
    for (const bad of ['/', 'packs//', '../']) expect(accepts(listObjectsQuery, { prefix: bad })).toBe(false);
  });

  it.each(['bytes=0-9', 'bytes=5-', 'bytes=-56'])('takes one range: %s', (range) =>
    expect(accepts(readObjectHeaders, { 'coffer-grant': 'g'.repeat(16), range })).toBe(true),
  );

  it.each(['bytes=0-1,3-4', 'bytes=-', 'items=0-1'])('refuses another range: %s', (range) =>
    expect(accepts(readObjectHeaders, { 'coffer-grant': 'g'.repeat(16), range })).toBe(false),
  );
});

describe('bodies', () => {
  const login = { loginId: '0198a5b0-0000-7000-8000-000000000000', ke1: 'A'.repeat(128) };

  it('refuses unknown fields wherever a request or an answer is JSON', () => {
    let objects = 0;
    for (const route of Object.values<Route>(routes)) {
      for (const payload of [route.body, route.response]) {
        if (payload?.kind !== 'json') continue;
        const result = payload.schema.safeParse({ 'no-such-field': 1 });
        const text = JSON.stringify(result.error?.issues);
        expect(text).toContain('unrecognized_keys');
        objects++;
      }
    }
    expect(objects).toBe(91);
    expect(accepts(startLogin, login)).toBe(true);
    expect(accepts(startLogin, { ...login, remember: true })).toBe(false);
  });

  it('takes both forms and no mixture when a route has a bare and a signed body', () => {
    expect(accepts(openRegistration, { registrationRequest: 'A'.repeat(43) })).toBe(true);
    expect(accepts(openRegistration, statement)).toBe(true);
    expect(accepts(openRegistration, { ...statement, registrationRequest: 'A'.repeat(43) })).toBe(false);
    expect(accepts(askGrant, { permission: 'read' })).toBe(true);
    expect(accepts(askGrant, { permission: 'create' })).toBe(false);
    expect(accepts(askGrant, statement)).toBe(true);
  });

  it('B01, B02: refuses weaker and absurd parameters when Argon2id is described', () => {
    const good = { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 };
    expect(accepts(ksf, good)).toBe(true);
    for (const bad of [
      { ...good, memoryKiB: 65_535 },
      { ...good, memoryKiB: 262_145 },
      { ...good, iterations: 2 },
      { ...good, iterations: 3.5 },
      { ...good, parallelism: 0 },
      { ...good, parallelism: 5 },
      { ...good, algorithm: 'argon2i' },
    ]) {
      expect(accepts(ksf, bad)).toBe(false);
    }
  });
});

describe('the header Coffer-Statement', () => {
  it('gives the statement back when it was written by toStatementHeader', () => {
    expect(fromStatementHeader(toStatementHeader(statement))).toEqual(statement);
  });

  it.each(['', 'a.b', `AAAA.${'A'.repeat(86)}.AQ.x`, `AAAA.${'A'.repeat(85)}.AQ`, `.${'A'.repeat(86)}.AQ`])(
    'is undefined when the text is %j',
    (text) => expect(fromStatementHeader(text)).toBeUndefined(),
  );

  it('takes a body of megabytes when the statement travels in a body', () => {
    expect(accepts(signedStatement, { ...statement, body: 'A'.repeat(8_000_000) })).toBe(true);
    expect(accepts(signedStatement, { ...statement, body: `${'A'.repeat(8_000_000)}=` })).toBe(false);
  });
});

describe('problems', () => {
  it('has the codes of docs/wire.md with a client or server error status and a sentence', () => {
    expect(problemCodes.length).toBe(43);
    for (const code of problemCodes) {
      const { status, title } = problemKinds[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('describes a locked account when the fields are those of docs/wire.md', () => {
    const problem = {
      type: problemType('attempt-too-early'),
      title: problemKinds['attempt-too-early'].title,
      status: 429,
      code: 'attempt-too-early',
      requestId: 'r1',
      attemptsRemaining: 7,
      nextAttemptAt: '2026-11-23T10:00:00.000Z',
    };
    expect(accepts(problemDetails, problem)).toBe(true);
    expect(accepts(problemDetails, { ...problem, code: 'teapot' })).toBe(false);
  });
});

describe('tables', () => {
  it('names no purpose twice', () => expect(new Set(statementPurposes).size).toBe(statementPurposes.length));

  it('puts every purge state into a bucket as purge.md counts them', () => {
    const counts = Object.groupBy(Object.values(purgeStateBuckets), (bucket) => bucket);
    expect(Object.fromEntries(Object.entries(counts).map(([bucket, list]) => [bucket, list.length]))).toEqual({
      waiting: 11,
      kept: 3,
      failed: 1,
      done: 1,
    });
  });
});

describe('deployment', () => {
  const good = {
    v: 1,
    apiUrl: 'http://localhost:4301',
    portalUrl: 'http://localhost:4300',
    issuer: 'http://localhost:4303',
    clients: { cli: 'coffer-cli', portal: 'coffer-portal', dashboard: 'coffer-dashboard' },
    audience: 'https://vault.example/api',
    vaultId: 'A'.repeat(22),
    opaqueServerPublicKey: 'A'.repeat(43),
    ledgerKey: 'coffer.ledger/AAAA+0a1b2c3d+AYEKFALVYGyNeKMIdJVNgr5hsu5P',
    certificateKey: 'coffer.certificate/AAAA+0a1b2c3d+AYEKFALVYGyNeKMIdJVNgr5hsu5P',
  };

  it('takes a whole file', () => expect(accepts(deployment, good)).toBe(true));

  it.each([
    ['another version', { ...good, v: 2 }],
    ['an unknown field', { ...good, extra: 1 }],
    ['a key without its hash', { ...good, ledgerKey: 'coffer.ledger+AYEK' }],
    ['another scheme', { ...good, apiUrl: 'file:///etc' }],
    ['a missing client', { ...good, clients: { cli: 'a', portal: 'b' } }],
  ])('refuses %s', (_, value) => expect(accepts(deployment, value)).toBe(false));
});
