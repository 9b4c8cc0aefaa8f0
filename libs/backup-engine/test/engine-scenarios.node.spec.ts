import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { scenarios } from './engine-scenarios';
import { nodeKit } from './node-kit';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-scenarios-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** All of them run in a browser: `chromium.node.spec.ts`. */
const chosen = scenarios.filter(({ isKnownInNode }) => isKnownInNode !== true);

describe('the engine in Node, with workers that ask which chunks are theirs', () => {
  it.each(chosen.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    await expect(scenario.run(nodeKit(root, false))).resolves.toBeUndefined();
  });

  it('ran them all', () => expect([chosen.length, scenarios.length]).toEqual([6, 9]));
});
