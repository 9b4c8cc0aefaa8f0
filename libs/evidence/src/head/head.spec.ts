import { decodeCbor, encodeCbor, type CborValue } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { checkHeadFollows, decodeHead, encodeHead, EvidenceError, hashHead, type Head } from '../index';
import { head, keyId } from '../../test/samples';

const next: Head = { ...head, generation: 8, previous: hashHead(head), snapshotId: 'd4e5f6' };

function problem(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    const { code, reason, fields } = error as EvidenceError;
    return [code, reason, fields['field']].filter((part) => part !== undefined).join(' ');
  }
}

describe('decodeHead', () => {
  it('inverts encodeHead', () => {
    expect(decodeHead(encodeHead(head))).toEqual(head);
    expect(hashHead(decodeHead(encodeHead(head)))).toEqual(hashHead(head));
  });

  it.each<[string, Record<string, CborValue>]>([
    ['another version', { v: 2 }],
    ['generation 0', { generation: 0 }],
    ['keyring version 0', { keyringVersion: 0 }],
    ['a first head with a previous one', { generation: 1 }],
    ['a later head without a previous one', { previous: null }],
    ['a snapshot id that is a path', { snapshotId: 'a/b' }],
    ['a field more', { more: 1 }],
  ])('refuses %s', (_name, change) => {
    const map = decodeCbor(encodeHead(head)) as Record<string, CborValue>;
    expect(problem(() => decodeHead(encodeCbor({ ...map, ...change })))).toMatch(/^statement-invalid malformed/);
  });
});

describe('checkHeadFollows', () => {
  it('accepts the next head and the first head', () => {
    checkHeadFollows(head, next, keyId);
    checkHeadFollows(null, { ...head, generation: 1, previous: null }, keyId);
    checkHeadFollows(head, { ...next, keyringVersion: 3, epoch: 9, pruneGeneration: 5 }, keyId);
  });

  it.each<[string, object]>([
    ['head-behind wrong-head generation', { generation: 7 }],
    ['head-behind wrong-head generation', { generation: 9 }],
    ['head-behind wrong-head previous', { previous: seed('another head') }],
    ['head-behind wrong-head keyringVersion', { keyringVersion: 1 }],
    ['head-behind wrong-head epoch', { epoch: 2 }],
    ['head-behind wrong-head pruneGeneration', { pruneGeneration: 3 }],
    ['statement-invalid wrong-repository', { repositoryId: seed('another repository', 16) }],
    ['wrong-owner-generation wrong-key-id keyId', { keyId: seed('another key id', 8) }],
  ])('refuses with %s', (expected, change) => {
    expect(problem(() => checkHeadFollows(head, { ...next, ...change }, keyId))).toBe(expected);
  });

  it('refuses an old head that is played again', () => {
    expect(problem(() => checkHeadFollows(next, next, keyId))).toBe('head-behind wrong-head generation');
    expect(problem(() => checkHeadFollows(next, head, keyId))).toBe('head-behind wrong-head generation');
  });

  it('refuses a later head where there is none yet', () => {
    expect(problem(() => checkHeadFollows(null, next, keyId))).toBe('head-behind wrong-head generation');
  });
});
