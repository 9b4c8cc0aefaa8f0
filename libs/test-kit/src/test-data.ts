import { describe, it } from 'vitest';

import { isContinuousIntegration, isThere, namesIn, readBytes, tell, testRoots } from './test-files';

/** A folder that suites read from. The same in Node and in a page. */
export interface TestData {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Absolute path of one file or folder in it. */
  path(...parts: readonly string[]): string;
  /** The bytes of one file. */
  bytes(...parts: readonly string[]): Uint8Array<ArrayBuffer>;
  /** The content of one file of UTF-8 text. */
  text(...parts: readonly string[]): string;
  /** The parsed content of one JSON file. */
  json(...parts: readonly string[]): unknown;
  /** The names of what lies in one folder, sorted. */
  names(...parts: readonly string[]): readonly string[];
}

/**
 * The folder of shared vectors and fixtures, which is never part of the project: COFFER_TEST_DATA (relative to the
 * workspace), by default `../shared` next to the checkout; whether or not it is there.
 */
export function testData(): TestData {
  return dataIn(testRoots.data);
}

/** The checkout: for vectors that are part of the project. */
export function workspaceData(): TestData {
  return dataIn(testRoots.workspace);
}

function dataIn(root: string): TestData {
  const path = (...parts: readonly string[]): string => [root, ...parts].join('/');
  const text = (...parts: readonly string[]): string => new TextDecoder().decode(readBytes(path(...parts)));
  return {
    root,
    path,
    text,
    bytes: (...parts) => readBytes(path(...parts)),
    json: (...parts) => JSON.parse(text(...parts)) as unknown,
    names: (...parts) => namesIn(path(...parts)),
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
  if (isThere(data.root)) {
    describe(name, () => define(data));
    return;
  }
  if (isContinuousIntegration) {
    throw new Error(
      `${name}: no test data at ${data.root}; set COFFER_TEST_DATA to the folder that holds vectors/ and fixtures/`,
    );
  }
  tell(`SKIPPED ${name}: no test data at ${data.root} (set COFFER_TEST_DATA)`);
  describe.skip(name, () => it('needs the shared test data', () => undefined));
}
