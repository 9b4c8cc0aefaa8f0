import type { FoundObject } from '@coffer/purge';
import { describe, expect, it } from 'vitest';

import type { PlaintextConnector } from '../plaintext-connector';
import { expandTemplate } from './path-template';
import { plaintextSources } from './plaintext-sources';

describe('expandTemplate', () => {
  it('puts the subject where the template says', () => {
    expect(expandTemplate('users/{subject}/backups', 'sam')).toBe('users/sam/backups');
    expect(expandTemplate('{subject}', 'auth0|5f7c')).toBe('auth0|5f7c');
  });

  it.each(['..', '.', 'a/../b', '../x', 'a\\b', 'a\u0000b', '$&', '{subject}'])(
    'keeps %j inside its own folder',
    (subject) => {
      const path = expandTemplate('users/{subject}', subject).slice('users/'.length);
      expect(path).not.toMatch(/[/\\\u0000]/);
      expect(path).not.toMatch(/^\.+$/);
    },
  );

  it('gives no two subjects one path', () => {
    const subjects = ['a/b', 'a%2Fb', 'a%252Fb', '..', '%2E%2E', 'a\\b', 'a%5Cb'];
    expect(new Set(subjects.map((subject) => expandTemplate('{subject}', subject))).size).toBe(subjects.length);
  });
});

describe('plaintextSources', () => {
  const found = (location: string): FoundObject => ({
    ...{ provider: 'disk', location, providerObjectId: 'msgstore.db', copyId: '', version: '1', kind: 'current' },
    ...{ path: 'msgstore.db', name: 'msgstore.db', sizeBytes: 1, modifiedMs: 1, etag: null },
    verdict: 'plaintext-backup',
  });
  const asked: string[] = [];
  const connector = (name: string): PlaintextConnector => ({
    provider: 'disk',
    inventory: async function* (location) {
      asked.push(`${name} ${location}`);
      yield found(location);
    },
    listAgain: async (location) => ({ found: [found(location)], requestId: name }),
    sha256: async ({ location }) => ({ sha256: new Uint8Array(32), sizeBytes: location.length }),
    delete: async ({ location }) => ({ outcome: 'deleted', requestId: `${name} ${location}` }),
    read: async function* ({ location }) {
      yield new TextEncoder().encode(`${name} ${location}`);
    },
  });
  const sources = plaintextSources([
    { id: 'old', pathTemplate: '{subject}', connector: connector('first') },
    { id: 'new', pathTemplate: 'users/{subject}', connector: connector('second') },
  ]);

  it('names every place of an account', () => {
    expect(sources.locationsOf('sam')).toEqual([
      { provider: 'disk', location: 'old/sam' },
      { provider: 'disk', location: 'new/users/sam' },
    ]);
  });

  it('asks the source that a location names, and names it in what was found', async () => {
    const disk = sources.connector('disk')!;
    const seen = (await Array.fromAsync(disk.inventory('new/users/sam'))) as [FoundObject];
    expect(asked).toEqual(['second users/sam']);
    expect(seen[0].location).toBe('new/users/sam');
    expect(await disk.listAgain('old/sam')).toMatchObject({ requestId: 'first', found: [{ location: 'old/sam' }] });
    const expected = { version: '1', etag: null, sha256: null };
    expect(await disk.delete(seen[0], expected)).toEqual({ outcome: 'deleted', requestId: 'second users/sam' });
    expect((await disk.sha256(seen[0])).sizeBytes).toBe('users/sam'.length);
    const [piece] = await Array.fromAsync(disk.read(seen[0]));
    expect(new TextDecoder().decode(piece)).toBe('second users/sam');
  });

  it('refuses a source that is no longer configured, and knows no other provider', async () => {
    const disk = sources.connector('disk')!;
    await expect(disk.listAgain('gone/sam')).rejects.toMatchObject({ code: 'location-refused' });
    await expect(disk.listAgain('old')).rejects.toMatchObject({ code: 'location-refused' });
    expect(sources.connector('s3')).toBeUndefined();
  });
});
