import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleHistory } from './sample-history';

describe('writeSampleHistory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-sample-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes what it reports', () => {
    const path = join(folder, 'msgstore.db');
    const written = writeSampleHistory(path, 1);
    const database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: written.messages });
    expect(database.prepare('SELECT count(*) AS n FROM chat').get()).toEqual({ n: written.chats });
    expect(database.prepare('SELECT text_data AS text FROM message ORDER BY timestamp DESC LIMIT 1').get()).toEqual({
      text: written.newestText,
    });
    database.close();
  });

  it('gives the same bytes for the same seed and others for another', () => {
    const hashOf = (name: string, seed: number): string => {
      writeSampleHistory(join(folder, name), seed);
      return createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
    };
    expect(hashOf('a.db', 7)).toBe(hashOf('b.db', 7));
    expect(hashOf('c.db', 8)).not.toBe(hashOf('d.db', 7));
  });
});
