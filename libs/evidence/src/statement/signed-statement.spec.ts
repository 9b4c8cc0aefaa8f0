import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import {
  decodeStatementHeader,
  encodeStatementHeader,
  EvidenceError,
  signedStatementFromJson,
  signedStatementToJson,
} from '../index';

const parts = fc.record({
  statement: fc.uint8Array({ maxLength: 1024 }),
  signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  body: fc.uint8Array({ maxLength: 2000 }),
});

describe('signedStatementFromJson', () => {
  property.prop([parts])('inverts signedStatementToJson', (signed) => {
    expect(signedStatementFromJson(JSON.parse(JSON.stringify(signedStatementToJson(signed))))).toEqual(signed);
  });

  const good = { statement: 'AAAA', signature: 'AAAA', body: 'AAAA' };
  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'AAAA'],
    ['a field missing', { statement: 'AAAA', signature: 'AAAA' }],
    ['a field more', { ...good, hint: 'AAAA' }],
    ['a number', { ...good, body: 1 }],
    ['padding', { ...good, body: 'AA==' }],
    ['base64', { ...good, body: 'AA+/' }],
    ['bits left over', { ...good, body: 'AB' }],
    ['a long signature', { ...good, signature: 'A'.repeat(90) }],
    ['a long statement', { ...good, statement: 'A'.repeat(1400) }],
  ])('refuses %s', (_name, value) => {
    expect(() => signedStatementFromJson(value)).toThrow(EvidenceError);
  });

  it('refuses a body above the caller’s limit', () => {
    expect(() => signedStatementFromJson({ ...good, body: 'A'.repeat(1000) }, 100)).toThrow(
      expect.objectContaining({ reason: 'too-large', fields: { field: 'body', reason: 'too-large' } }),
    );
  });
});

describe('decodeStatementHeader', () => {
  property.prop([parts])('inverts encodeStatementHeader', (signed) => {
    const header = encodeStatementHeader(signed);
    expect(header).toMatch(/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/);
    expect(decodeStatementHeader(header)).toEqual(signed);
  });

  it.each(['', 'AAAA', 'AAAA.AAAA', 'AAAA.AAAA.AAAA.AAAA', 'AAAA.AA=.AAAA', `AAAA.AAAA.${'A'.repeat(9000)}`])(
    'refuses a header %#',
    (header) => {
      expect(() => decodeStatementHeader(header)).toThrow(EvidenceError);
    },
  );
});
