import { resolve } from 'node:path';

import { describeInBrowser } from '@coffer/test-kit/browser';
import { beforeAll, expect, it } from 'vitest';

import type { InPage } from './chromium-entry';
import { storedVectors } from './committed-vectors';
import type { Findings } from './examine-vector';

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
});
