import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlaintextSources } from './open-plaintext-sources';

describe('openPlaintextSources', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-sources-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const openWith = async (text: string) => {
    await writeFile(join(folder, 'sources.json'), text);
    return openPlaintextSources(join(folder, 'sources.json'));
  };
  const disk = { id: 'local-cloud', provider: 'disk', root: '/var/empty', pathTemplate: '{subject}' };

  it('gives the locations of an account', async () => {
    const sources = await openWith(JSON.stringify([disk]));
    expect(sources.locationsOf('sam')).toEqual([{ provider: 'disk', location: 'local-cloud/sam' }]);
    expect(sources.connector('disk')).toBeDefined();
  });

  it('knows no source without the file', async () => {
    expect((await openPlaintextSources(join(folder, 'none.json'))).locationsOf('sam')).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['a relative root', JSON.stringify([{ ...disk, root: 'cloud' }])],
    ['a template that gives every account one place', JSON.stringify([{ ...disk, pathTemplate: 'all' }])],
    ['two sources of one id', JSON.stringify([disk, disk])],
    ['an unknown field', JSON.stringify([{ ...disk, key: 'x' }])],
    ['an unknown provider', JSON.stringify([{ ...disk, provider: 'ftp' }])],
  ])('refuses %s', async (_what, text) => {
    await expect(openWith(text)).rejects.toMatchObject({ code: 'sources-invalid' });
  });
});
