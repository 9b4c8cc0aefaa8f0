import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** Where suites find the files that they read: one file, for which a page would need another. */
export const testRoots = {
  workspace: workspaceRoot,
  /** COFFER_TEST_DATA (relative to the workspace), by default `../shared` next to the checkout. */
  data: resolve(workspaceRoot, process.env['COFFER_TEST_DATA'] ?? '../shared'),
} as const;

/** Whether a missing browser, or missing test data, is a failure. */
export const isContinuousIntegration = process.env['CI'] === 'true';

/** @param path - absolute */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/** The bytes of one file. @param path - absolute */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

/** The names of what lies in a folder, sorted. @param path - absolute */
export function namesIn(path: string): readonly string[] {
  return readdirSync(path).sort();
}

/** One visible line. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
