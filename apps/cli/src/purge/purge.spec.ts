import { purgeStates, type PurgeObject } from '@coffer/contracts';
import { seed } from '@coffer/test-kit';
import { toBase64Url } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { holdsBackup, needingProof } from './found-objects';
import { namedCopies } from './named-copies';
import { namesFor } from './taken-in-names';
import { reasonText, standingOf } from './words';

const object = (change: Partial<PurgeObject> = {}): PurgeObject => ({
  objectId: '01893a5e-1c2b-7def-8123-456789abcdef',
  provider: 'disk',
  location: 'local-cloud/sam',
  path: 'msgstore.db',
  name: 'msgstore.db',
  version: null,
  kind: 'current',
  sizeBytes: 10,
  modifiedAt: '2026-11-23T10:00:00.000Z',
  sha256: toBase64Url(seed('bytes')),
  state: 'waiting-for-backup',
  bucket: 'waiting',
  reason: 'no-proof',
  dueAt: null,
  ...change,
});

describe('namedCopies', () => {
  const all = [
    object({ objectId: 'a' }),
    object({ objectId: 'b', version: 'older', kind: 'old-version' }),
    object({ objectId: 'c', path: 'other.db' }),
    object({ objectId: 'd', kind: 'delete-marker' }),
    object({ objectId: 'e', state: 'purged' }),
  ];
  const idsOf = (name: string): readonly string[] => namedCopies(all, name).map(({ objectId }) => objectId);

  it('means one by its id, and every version that is there by their path', () => {
    expect([idsOf('b'), idsOf('msgstore.db'), idsOf('other.db')]).toEqual([['b'], ['a', 'b'], ['c']]);
  });

  it.each(['nothing.db', 'd', 'e'])('finds nothing where it is asked for %s', (name) => {
    expect(() => namedCopies(all, name)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});

describe('namesFor', () => {
  const named = (name: string, id: string, bytes = id): PurgeObject =>
    object({ name, objectId: id, sha256: toBase64Url(seed(bytes)) });

  it('puts each below its provider', () => {
    expect([...namesFor([named('msgstore.db', 'a'), named('old.db', 'b')])]).toEqual([
      ['a', 'plaintext-backups/disk/msgstore.db'],
      ['b', 'plaintext-backups/disk/old.db'],
    ]);
  });

  it('gives copies of equal bytes one path, and others of the same name the start of their hash', () => {
    const names = namesFor([named('Msgstore.db', 'a'), named('msgstore.db', 'b'), named('copy.db', 'c', 'a')]);
    expect([...names.keys()]).toEqual(['a', 'b']);
    expect(names.get('a')).toBe(`plaintext-backups/disk/${toBase64Url(seed('a')).slice(0, 12)}-Msgstore.db`);
    expect(new Set([...names.values()].map((name) => name.toLowerCase())).size).toBe(2);
  });

  it('never takes the place of what was taken in before under the same name', () => {
    const path = namesFor([named('msgstore.db', 'a')], ['plaintext-backups/disk/MSGSTORE.db']).get('a');
    expect(path).toBe(`plaintext-backups/disk/${toBase64Url(seed('a')).slice(0, 12)}-msgstore.db`);
  });

  it.each([
    ['../../etc/passwd', '__.._etc_passwd'],
    ['..', '_'],
    ['.hidden', '_hidden'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['name.', 'name_'],
    ['x\u0000\u001by', 'x__y'],
    ['', 'backup'],
    ['n'.repeat(500), 'n'.repeat(100)],
  ])('never lets %j leave its folder', (name, safe) => {
    expect(namesFor([named(name, 'a')]).get('a')).toBe(`plaintext-backups/disk/${safe}`);
  });
});

describe('needingProof', () => {
  it('names what waits for a proof, and nothing that has one, holds no backup or is kept', () => {
    const waiting = object();
    const others = [
      object({ sha256: null, state: 'discovered', reason: null }),
      object({ kind: 'delete-marker' }),
      object({ kind: 'multipart' }),
      object({ state: 'backed-up', reason: null }),
      object({ state: 'grace', reason: null }),
      object({ state: 'quarantined', reason: 'unreadable-by-rule' }),
      object({ state: 'needs-consent', reason: 'no-consent' }),
      object({ state: 'purged', reason: null }),
    ];
    expect(needingProof([waiting, ...others])).toEqual([waiting]);
  });

  it('takes markers and left-over parts for what they are', () => {
    expect(holdsBackup({ kind: 'old-version' })).toBe(true);
    expect(holdsBackup({ kind: 'delete-marker' })).toBe(false);
  });
});

describe('standingOf', () => {
  it.each(purgeStates)('has words for %s', (state) => {
    expect(standingOf({ state, reason: null, dueAt: null })).toMatch(/^[a-z].{3,}/);
  });

  it('adds reason and date, and shows a reason that it does not know as it is', () => {
    expect(standingOf({ state: 'grace', reason: 'grace-running', dueAt: '2026-11-26T10:00:00.000Z' })).toBe(
      'will be deleted when the time of grace is over; the time of grace runs, due 2026-11-26T10:00:00.000Z',
    );
    expect(reasonText('a-new-one')).toBe('a new one');
  });
});
