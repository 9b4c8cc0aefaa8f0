import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contextLabels, keyLabels, saltLabel } from './labels';

const all = [...Object.values(keyLabels), ...Object.values(contextLabels), saltLabel];
const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/key-labels.md'), 'utf8');

describe('labels', () => {
  it('repeat nowhere', () => {
    expect(new Set(all).size).toBe(all.length);
  });

  it('all have the form coffer/v1/<purpose>', () => {
    for (const label of all) expect(label).toMatch(/^coffer\/v1\/[a-z]+(-[a-z]+)*$/);
  });

  it('of contexts are no prefix of one another, so that a context parses in one way', () => {
    const contexts = Object.values(contextLabels);
    for (const left of contexts) {
      for (const right of contexts) expect(left !== right && right.startsWith(left)).toBe(false);
    }
  });

  it('are the ones that docs/key-labels.md names, each once', () => {
    const documented = [...docs.matchAll(/^\| `(coffer\/v1\/[^`]+)` +\|/gm)].map((match) => match[1]);
    expect(documented.toSorted()).toEqual(all.toSorted());
  });
});
