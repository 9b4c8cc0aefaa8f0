import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';
import { MemoryObjectStore } from '@coffer/object-store';
import { describeInBrowser } from '@coffer/test-kit/browser';
import { beforeAll, describe, expect, it } from 'vitest';

import { nodePlatform } from '../src/node';
import { Repository } from '../src/index';
import type { InPage } from './chromium-entry';
import { storedVectors } from './committed-vectors';
import { fewFiles, requireSame, scenarios } from './engine-scenarios';
import type { Findings } from './examine-vector';
import { nodeKit } from './node-kit';
import { packStore, unpackStore } from './portable-store';

declare const inPage: InPage;

const vectors = storedVectors();
const nothing: Findings = { told: undefined, ranges: undefined, whole: undefined, dribbled: undefined };

describeInBrowser('the engine in Chromium', resolve(import.meta.dirname, 'chromium-entry.ts'), (page) => {
  const found = new Map<string, Findings>();
  beforeAll(async () => {
    const findings = await page().evaluate(async (all) => inPage.examineAll(all), vectors);
    // what is undefined does not cross from the page
    for (const [at, { name }] of vectors.entries()) found.set(name, { ...nothing, ...findings[at] });
  });

  it.each(vectors.map(({ name, file }) => [name, file] as const))(
    '%s gives what vector.json tells, by ranges, whole and from a slow store',
    (name, { opens, refused }) => {
      const { told, ranges, whole, dribbled } = found.get(name)!;
      if (refused === undefined) {
        expect({ told, ranges, whole, dribbled }).toEqual({ ...nothing, told: opens });
        return;
      }
      // some faults only a reader of everything can notice: others find what is there, and nothing else
      const isHidden = opens !== undefined && ranges === undefined;
      if (isHidden) expect(told).toEqual(opens);
      for (const refusal of isHidden ? [whole, dribbled] : [ranges, whole, dribbled]) {
        expect(refusal?.code).toBe(refused.code);
        expect(refusal?.object ?? refused.object).toBe(refused.object);
      }
    },
  );

  it('ran them all', () => expect(found.size).toBe(vectors.length));

  describe('on web workers', () => {
    it.each(scenarios.map(({ name }) => name))('%s', async (name) => {
      expect(await page().evaluate(async (wanted) => inPage.runScenario(wanted), name)).toBeNull();
    });
  });

  it('builds on a backup of Node, and Node on its own: equal chunks are stored once, and each reads the other', async () => {
    const root = mkdtempSync(join(tmpdir(), 'coffer-both-'));
    try {
      const kit = nodeKit(root, true);
      const backupKey = generateBackupKey();
      const empty = new MemoryObjectStore();
      const { idHex, id } = await Repository.create({ store: empty, backupKey, platform: nodePlatform });
      const inBoth = { idHex, backupKeyHex: toHex(backupKey) };
      const packs = (objects: readonly (readonly [string, string])[]): number =>
        objects.filter(([key]) => key.startsWith('packs/')).length;

      // The page is first, then Node, then the page again.
      const first = await page().evaluate(async (given) => inPage.backUpInto(given), {
        ...inBoth,
        objects: await packStore(empty),
      });
      expect(first).toMatchObject({ problems: 0, files: fewFiles.size });
      const store = await unpackStore(first.objects);
      const repository = await Repository.open({ store, backupKey, platform: nodePlatform }, id);
      expect((await kit.verify(repository)).problems).toEqual([]);
      requireSame((await kit.restore(repository)).files, fewFiles);
      await kit.backUp(repository, fewFiles);
      const second = await packStore(store);
      const third = await page().evaluate(async (given) => inPage.backUpInto(given), { ...inBoth, objects: second });
      expect(third).toMatchObject({ problems: 0, files: fewFiles.size });
      expect([packs(first.objects), packs(second), packs(third.objects)]).toEqual([1, 1, 1]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
