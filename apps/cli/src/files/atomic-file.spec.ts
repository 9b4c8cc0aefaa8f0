import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from './atomic-file';

describe('writeFileAtomically', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-atomic-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes the whole file with the mode that was asked for', async () => {
    const path = join(folder, 'deep/key');
    await writeFileAtomically(path, (writer) => writer.write('secret'), { mode: 0o600 });
    expect(await readFile(path, 'utf8')).toBe('secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves the old file and no other when the producer throws', async () => {
    const path = join(folder, 'a');
    await writeFile(path, 'old');
    const failing = writeFileAtomically(path, async (writer) => {
      await writer.write('half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('leaves nothing when the signal fires between two writes', async () => {
    const stop = new AbortController();
    const stopped = writeFileAtomically(
      join(folder, 'b'),
      async (writer) => {
        await writer.write('half');
        stop.abort();
        await writer.write('more');
      },
      { signal: stop.signal },
    );
    await expect(stopped).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});
