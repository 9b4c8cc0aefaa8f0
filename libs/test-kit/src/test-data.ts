import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** The folder of shared vectors and fixtures, which is never part of the project. */
export interface TestData {
  /** Absolute path of the folder: COFFER_TEST_DATA (relative to the workspace), by default `../shared` next to the checkout. */
  readonly root: string;
  /** Absolute path of one file or folder in it. */
  path(...parts: readonly string[]): string;
  /** The bytes of one file. */
  bytes(...parts: readonly string[]): Uint8Array<ArrayBuffer>;
  /** The parsed content of one JSON file. */
  json(...parts: readonly string[]): unknown;
}

/** Where the shared test data is, whether or not it is there. */
export function testData(): TestData {
  const root = resolve(workspaceRoot, process.env['COFFER_TEST_DATA'] ?? '../shared');
  const path = (...parts: readonly string[]): string => join(root, ...parts);
  return {
    root,
    path,
    bytes: (...parts) => new Uint8Array(readFileSync(path(...parts))),
    json: (...parts) => JSON.parse(readFileSync(path(...parts), 'utf8')) as unknown,
  };
}

/**
 * A `describe` that needs the shared test data. Without the folder the block is skipped with one visible line; where
 * CI=true it fails instead.
 *
 * @param name - name of the block
 * @param define - defines the tests; it is called only where the data is there, so it may read files at once
 */
export function describeWithTestData(name: string, define: (data: TestData) => void): void {
  const data = testData();
  if (existsSync(data.root)) {
    describe(name, () => define(data));
    return;
  }
  if (process.env['CI'] === 'true') {
    throw new Error(
      `${name}: no test data at ${data.root}; set COFFER_TEST_DATA to the folder that holds vectors/ and fixtures/`,
    );
  }
  process.stderr.write(`SKIPPED ${name}: no test data at ${data.root} (set COFFER_TEST_DATA)\n`);
  describe.skip(name, () => it('needs the shared test data', () => undefined));
}
