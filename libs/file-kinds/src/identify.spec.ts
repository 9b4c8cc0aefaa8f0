import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describeWithTestData } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import * as fileKindsLib from './index';
import { fileKinds, identifyFile, isIncompressible } from './index';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? Array.from(part, (character) => character.charCodeAt(0)) : [part],
    ),
  );

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(fileKindsLib).sort()).toEqual([
      'fileKinds',
      'identifyFile',
      'identifyFirstBytes',
      'identifyLastBytes',
      'isIncompressible',
      'isMediaName',
    ]);
  });
});

describe('identifyFile', () => {
  it.each([
    ['sqlite', bytes('SQLite format 3', 0, 16, 0)],
    ['zip', bytes('PK', 3, 4, 20, 0)],
    ['zip', bytes('PK', 5, 6, 0, 0)],
    ['gzip', bytes(0x1f, 0x8b, 8, 0)],
    ['jpeg', bytes(0xff, 0xd8, 0xff, 0xe0)],
    ['png', bytes(0x89, 'PNG', 13, 10, 26, 10)],
    ['gif', bytes('GIF89a')],
    ['webp', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 ')],
    ['wav', bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
    ['mp4', bytes(0, 0, 0, 24, 'ftypisom')],
    ['heif', bytes(0, 0, 0, 24, 'ftypheic')],
    ['ogg', bytes('OggS', 0, 2)],
    ['mp3', bytes('ID3', 4)],
    ['mp3', bytes(0xff, 0xfb, 0x90, 0x64)],
    ['aac', bytes(0xff, 0xf1, 0x50, 0x80)],
    ['matroska', bytes(0x1a, 0x45, 0xdf, 0xa3)],
    ['pdf', bytes('%PDF-1.7')],
    ['text', bytes('hello\n')],
    ['text', new TextEncoder().encode('grüße 👋')],
    ['empty', bytes()],
    ['unknown', bytes(1, 2, 3)],
    ['unknown', bytes(0xff, 0xff, 0xff)],
  ])('says %s by content', (kind, first) => {
    expect(identifyFile(first).kind).toBe(kind);
  });

  it('takes text whose sample ends inside a character', () => {
    const text = new TextEncoder().encode('x'.repeat(510) + '👋');
    expect(identifyFile(text.subarray(0, 512)).kind).toBe('text');
  });

  it.each([
    ['msgstore.db.crypt15', 'whatsapp-crypt15'],
    ['/a/b/msgstore-2024-01-01.1.db.crypt14', 'whatsapp-crypt14'],
    ['msgstore.db.CRYPT12', 'whatsapp-crypt12'],
    ['crypt15', 'unknown'],
  ])('goes by the ending of %s where the content says nothing', (name, kind) => {
    expect(identifyFile(bytes(1, 2, 3), undefined, name).kind).toBe(kind);
  });

  it('believes the content, not the name', () => {
    expect(identifyFile(bytes('SQLite format 3', 0), undefined, 'x.crypt15').kind).toBe('sqlite');
  });

  it('says crypt12 by both ends', () => {
    const first = bytes(0, 1, 2, 'x'.repeat(64));
    expect(identifyFile(first, bytes('abc--67')).kind).toBe('whatsapp-crypt12');
    expect(identifyFile(first, bytes('abcdefg')).kind).toBe('unknown');
    expect(identifyFile(first).kind).toBe('unknown');
  });

  it('says crypt14 by its cipher message', () => {
    expect(identifyFile(bytes(98, 0x08, 0, 0x12, 73, 0x0a, 2, 0, 1, 0x12)).kind).toBe('whatsapp-crypt14');
    expect(identifyFile(bytes(0xbc, 1, 0x08, 0, 0x12, 73, 0x0a, 2, 0, 1, 0x12)).kind).toBe('whatsapp-crypt14');
    expect(identifyFile(bytes(98, 1, 0x08, 0, 0x12, 73, 0x0a, 2, 0, 1, 0x12)).kind).toBe('whatsapp-crypt14');
  });

  it('tells the two WhatsApp key files apart by the length inside', () => {
    const head = bytes(
      0xac,
      0xed,
      0,
      5,
      0x75,
      0x72,
      0,
      2,
      0x5b,
      0x42,
      0xac,
      0xf3,
      0x17,
      0xf8,
      6,
      8,
      0x54,
      0xe0,
      2,
      0,
      0,
      0x78,
      0x70,
    );
    expect(identifyFile(Uint8Array.of(...head, 0, 0, 0, 32, 1)).kind).toBe('whatsapp-backup-key');
    expect(identifyFile(Uint8Array.of(...head, 0, 0, 0, 131, 1)).kind).toBe('whatsapp-key-file');
    expect(identifyFile(Uint8Array.of(...head, 0, 0, 1, 32, 1)).kind).toBe('unknown');
  });

  property.prop([fc.uint8Array({ maxLength: 600 }), fc.option(fc.uint8Array({ maxLength: 8 }), { nil: undefined })])(
    'gives one known kind for any bytes',
    (first, last) => {
      const identified = identifyFile(first, last);
      expect(fileKinds).toContain(identified.kind);
      expect(identified.isIncompressible).toBe(isIncompressible(identified.kind));
    },
  );
});

describeWithTestData('identifyFile on fixtures', (data) => {
  const expected: Readonly<Record<string, string>> = {
    '.crypt15': 'whatsapp-crypt15',
    '.zip': 'zip',
    '.encrypted': 'signal-backup-v2',
    '.backup': 'signal-android-backup',
    '.db': 'sqlite',
    '.xz': 'xz',
  };
  const names = readdirSync(data.path('fixtures', 'derived'));

  it('runs over all of them', () => {
    expect(names).toHaveLength(13);
  });
  it.each(names)('knows %s by content alone', (name) => {
    const file = data.bytes('fixtures', 'derived', name);
    const kind = identifyFile(file.subarray(0, 512), file.subarray(-4)).kind;
    expect(kind).toBe(expected[/\.[^.]*$/.exec(basename(name))![0]]);
  });
});
