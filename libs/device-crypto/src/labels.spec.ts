import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contextLabels, keyLabels, saltLabel } from './labels';

const all = [...Object.values(keyLabels), ...Object.values(contextLabels), saltLabel];
const root = resolve(import.meta.dirname, '../../..');
const docs = readFileSync(join(root, 'docs/key-labels.md'), 'utf8');
const documented = [...docs.matchAll(/^\| `(coffer\/v1\/[^`]+)` +\|/gm)].map((match) => match[1]!);

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

  it('stand in docs/key-labels.md, each once', () => {
    expect(new Set(documented).size).toBe(documented.length);
    expect(all.filter((label) => !documented.includes(label))).toEqual([]);
  });

  it('of every lib and app, the servers too, are the ones that docs/key-labels.md names', () => {
    const files = globSync('{libs,apps}/*/src/**/*.{ts,tsx}', { cwd: root }).filter((path) => !path.includes('.spec.'));
    expect(files.length).toBeGreaterThan(1_000);
    const literal = /['"`](coffer\/v1\/[a-z]+(?:-[a-z]+)*)(?=['"`\\])/g;
    const named = files.flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(literal)].map((match) => match[1]!),
    );
    expect([...new Set(named)].toSorted()).toEqual(documented.toSorted());
  });
});
