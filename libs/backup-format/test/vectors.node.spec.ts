import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { equalBytes } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { primitiveMakers } from './halves';
import { allVectors } from './vectors/all-vectors';
import { makePrimitives } from './vectors/primitives';
import { filesOf, jsonBytes, readFolder, vectorsFolder, writeFolder } from './vectors/vector-files';

const isWriting = process.env['COFFER_WRITE_VECTORS'] === '1';
const mostBytes = 1_500_000;
const vectors = allVectors.map(({ name, make }) => ({ name, vector: make() }));
const names = allVectors.map(({ name }) => name);

/** Folders that no recipe makes any more. */
const leftOver = (): readonly string[] =>
  readdirSync(vectorsFolder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && !names.includes(entry.name) ? [entry.name] : [],
  );

if (isWriting && existsSync(vectorsFolder))
  for (const name of leftOver()) rmSync(join(vectorsFolder, name), { recursive: true });

// Whatever was sealed once must open for ever: where one of these bytes changes, docs/format/v1.md changes with it.
describe('the committed vectors', () => {
  it.each(vectors.map(({ name, vector }) => [name, vector] as const))(
    '%s is what its recipe gives, byte for byte',
    (name, vector) => {
      const folder = join(vectorsFolder, name);
      const made = filesOf(vector);
      if (isWriting) writeFolder(folder, made);
      const committed = readFolder(folder);
      expect([...committed.keys()].sort()).toEqual([...made.keys()].sort());
      for (const [path, bytes] of made) expect(equalBytes(committed.get(path)!, bytes), path).toBe(true);
    },
  );

  it('primitives.json is what the Node half gives, byte for byte', async () => {
    const path = join(vectorsFolder, 'primitives.json');
    const made = jsonBytes(await makePrimitives(primitiveMakers[0]![1]));
    if (isWriting) writeFileSync(path, made);
    expect(equalBytes(readFileSync(path), made)).toBe(true);
  });

  it('are all there, each named once, and no others', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(leftOver()).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(100);
  });

  it('are small', () => {
    const bytes = [...readFolder(vectorsFolder).values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(mostBytes);
  });

  it('each say one thing: what opens, what is refused, or what only a reader of everything refuses', () => {
    for (const { vector } of vectors) {
      const { file } = vector;
      expect(file.opens !== undefined || file.refused !== undefined).toBe(true);
      expect(file.what).toMatch(/\.$/);
    }
  });
});
