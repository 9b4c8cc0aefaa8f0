import { describe, expect, it } from 'vitest';

import { exclusionsOf } from './exclusions';

/** Of these files those that are left out. */
function leftOut(patterns: readonly string[], paths: readonly string[], isWithoutMedia = false): readonly string[] {
  const isExcluded = exclusionsOf(patterns, isWithoutMedia);
  return paths.filter((path) => isExcluded?.(path, false) === true);
}

describe('exclusionsOf', () => {
  const paths = [
    'WhatsApp/a.tmp',
    'WhatsApp/.hidden.tmp',
    'WhatsApp/Media/b.tmp',
    'WhatsApp/Media/.Thumbs',
    'WhatsApp/Media/tmp',
    'WhatsApp/[1].txt',
  ];

  it('holds a pattern without a slash against names, in every folder', () => {
    expect(leftOut(['*.tmp'], paths)).toEqual(['WhatsApp/a.tmp', 'WhatsApp/.hidden.tmp', 'WhatsApp/Media/b.tmp']);
    expect(leftOut(['tmp'], paths)).toEqual(['WhatsApp/Media/tmp']);
    expect(leftOut(['*.TMP'], paths)).toEqual([]);
  });

  it('holds a pattern with a slash against the path from the source on', () => {
    expect(leftOut(['WhatsApp/*.tmp'], paths)).toEqual(['WhatsApp/a.tmp', 'WhatsApp/.hidden.tmp']);
    expect(leftOut(['**/Media/*'], paths)).toEqual([
      'WhatsApp/Media/b.tmp',
      'WhatsApp/Media/.Thumbs',
      'WhatsApp/Media/tmp',
    ]);
    expect(leftOut(['WhatsApp/Media/'], ['WhatsApp/Media'])).toEqual(['WhatsApp/Media']);
    expect(leftOut(['Media/*'], paths)).toEqual([]);
  });

  it('takes what a shell would have to quote, and no pattern for its reverse', () => {
    expect(leftOut(['\\[1\\].txt'], paths)).toEqual(['WhatsApp/[1].txt']);
    expect(leftOut(['!tmp'], ['a/!tmp', 'a/other'])).toEqual(['a/!tmp']);
  });

  it('leaves out media and no folder that is named like it', () => {
    const files = [
      's/IMG-1.JPG',
      's/VID.mp4',
      's/PTT.opus',
      's/msgstore.db',
      's/msgstore.db.crypt14',
      's/doc.pdf',
      's/jpg',
    ];
    expect(leftOut([], files, true)).toEqual(['s/IMG-1.JPG', 's/VID.mp4', 's/PTT.opus']);
    expect(exclusionsOf([], true)?.('s/Pictures.jpg', true)).toBe(false);
  });

  it('leaves out nothing where nothing is asked, and refuses an empty pattern', () => {
    expect(exclusionsOf([], false)).toBeUndefined();
    for (const pattern of ['', '/', './']) {
      expect(() => exclusionsOf([pattern], false)).toThrow(expect.objectContaining({ code: 'usage' }));
    }
  });
});
