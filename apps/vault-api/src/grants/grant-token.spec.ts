import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from '@coffer/crypto';
import { fromBase64Url, newUuid, systemClock, toBase64Url } from '@coffer/foundation';
import { openKeyFileSealer } from '@coffer/key-sealer';
import type { KeySealer } from '@coffer/key-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeGrant, openGrant, type GrantFacts } from './grant-token';

let folders: string[] = [];
let sealer: KeySealer;
const newSealer = async (): Promise<KeySealer> => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-grant-'));
  folders.push(folder);
  return openKeyFileSealer({ folder, known: undefined, clock: systemClock });
};
beforeAll(async () => {
  sealer = await newSealer();
});
afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  folders = [];
});

const account = newUuid();
const facts: GrantFacts = {
  ...{ account, repositoryId: randomBytes(16), permission: 'read', expiresAtMs: 1_000, ownerGeneration: 1 },
};

describe('openGrant', () => {
  it('gives back what was granted, in any process of the same vault', async () => {
    expect(await openGrant(sealer, account, await makeGrant(sealer, facts))).toMatchObject(facts);
  });

  it('knows no grant of another account or another vault', async () => {
    const grant = await makeGrant(sealer, facts);
    expect(await openGrant(sealer, newUuid(), grant)).toBeUndefined();
    expect(await openGrant(await newSealer(), account, grant)).toBeUndefined();
  });

  it('knows no grant of which any byte was changed, cut off or added', async () => {
    const bytes = fromBase64Url(await makeGrant(sealer, facts));
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 1;
      expect(await openGrant(sealer, account, toBase64Url(changed))).toBeUndefined();
    }
    expect(await openGrant(sealer, account, toBase64Url(bytes.slice(1)))).toBeUndefined();
    expect(await openGrant(sealer, account, toBase64Url(bytes.slice(0, 20)))).toBeUndefined();
    expect(await openGrant(sealer, account, `${toBase64Url(bytes)}AAAA`)).toBeUndefined();
    expect(await openGrant(sealer, account, '*')).toBeUndefined();
  });
});
