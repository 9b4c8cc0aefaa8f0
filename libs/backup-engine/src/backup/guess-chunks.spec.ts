import { cutterFor, formatLimits, type GearTable } from '@coffer/backup-format';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { guessChunks } from './guess-chunks';

const gear: GearTable = new Int32Array(seed('gear', 1024).buffer);

function chunksOf(bytes: Uint8Array): number {
  const cut = cutterFor(bytes, gear);
  let chunks = 0;
  for (let at = 0; at < bytes.length; chunks++) at = cut(bytes, at, bytes.length, true);
  return chunks;
}

describe('guessChunks', () => {
  const media = seed('media', 8_000_000);
  const database = new Uint8Array(3_000_000);
  database.set(new TextEncoder().encode('SQLite format 3\0'));
  database[16] = 0x10;

  it('is enough for media, and no more than three times as much', () => {
    const guess = guessChunks([{ path: 'video.mp4', sizeBytes: media.length }]);
    expect(guess).toBeGreaterThanOrEqual(chunksOf(media));
    expect(guess).toBeLessThan(3 * chunksOf(media));
  });
  it('is enough for a database and its messages as segments', () => {
    expect(chunksOf(database)).toBe(Math.ceil(database.length / formatLimits.sqliteCutBytes));
    expect(guessChunks([{ path: 'msgstore.db', sizeBytes: database.length }])).toBeGreaterThan(2 * chunksOf(database));
  });
  it('counts a chunk for each small file', () => {
    expect(guessChunks(Array.from({ length: 100 }, (_, at) => ({ path: `${at}.jpg`, sizeBytes: 1 })))).toBe(200);
  });
});
