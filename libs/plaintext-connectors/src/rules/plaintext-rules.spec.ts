import { describe, expect, it } from 'vitest';

import { utf8 } from '@coffer/foundation';
import { zipSync } from 'fflate';

import { kindByName } from './copy-kind';
import { PlaintextRules } from './plaintext-rules';
import { zipEntryNames } from './zip-entries';

const sqlite = utf8('SQLite format 3\0 and so on');

describe('PlaintextRules', () => {
  describe('judge', () => {
    const rules = new PlaintextRules();

    it.each([
      ['msgstore.db', sqlite, 'plaintext-backup'],
      ['a/b/MSGSTORE-2026-01-31.1.DB', sqlite, 'plaintext-backup'],
      ['msgstore.db', utf8('something else'), 'unrecognised'],
      ['msgstore.db', new Uint8Array(0), 'unrecognised'],
      ['msgstore.db.crypt15', sqlite, undefined],
      ['contacts.db', sqlite, undefined],
      ['x/_chat.txt', utf8('[1/2/26] Kim: hello'), 'plaintext-backup'],
      ['WhatsApp Chat - Kim.zip', zipSync({ '_chat.txt': utf8('hello') }), 'plaintext-backup'],
      ['WhatsApp Chat - Kim.zip', zipSync({ 'photo.jpg': utf8('x') }), 'unrecognised'],
    ])('says of %s what it is', (path, bytes, verdict) => {
      expect(rules.judge(path, bytes)).toBe(verdict);
    });

    it('obeys the first rule of the operator that names the path', () => {
      const own = new PlaintextRules([
        { names: ['exports/*.json'], contents: ['json'], otherwise: 'ignore' },
        { names: ['**/*.json'], contents: [] },
      ]);
      expect(own.judge('exports/a.json', utf8(' [{"text":"hi"}]'))).toBe('plaintext-backup');
      expect(own.judge('exports/a.json', utf8('plain'))).toBeUndefined();
      expect(own.judge('other/a.json', utf8('[]'))).toBe('unrecognised');
      expect(own.matchesName('msgstore.db')).toBe(false);
    });
  });
});

describe('zipEntryNames', () => {
  it('names the entries that lie in the first bytes', () => {
    const archive = zipSync({ 'a.jpg': [utf8('x'.repeat(100)), { level: 0 }], '_chat.txt': utf8('hello') });
    expect(zipEntryNames(archive)).toEqual(['a.jpg', '_chat.txt']);
    expect(zipEntryNames(archive.subarray(0, 60))).toEqual(['a.jpg']);
    for (let length = 0; length < archive.length; length++) zipEntryNames(archive.subarray(0, length));
  });
});

describe('kindByName', () => {
  it.each([
    ['msgstore.db', 'current'],
    ['msgstore-2026-10-01.1.db', 'rotated'],
    ['msgstore-2026-10-01.db', 'rotated'],
    ['msgstore.db.tmp', 'temporary'],
    ['msgstore.db~', 'temporary'],
  ])('says of %s that it is %s', (name, kind) => {
    expect(kindByName(name)).toBe(kind);
  });
});
