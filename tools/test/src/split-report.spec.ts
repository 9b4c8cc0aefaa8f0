import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitReport } from '../split-report.mjs';
import { sumReports } from '../totals.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-split-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const projects = new Map([
  ['libs/one', 'one'],
  ['libs/two', 'two'],
]);

/** A file of a report, with tests of these states. */
function fileOf(name: string, ...states: readonly string[]): object {
  const status = states.includes('failed') ? 'failed' : 'passed';
  const assertionResults = states.map((state, index) => ({ status: state, fullName: `test ${index}` }));
  return { name: join(process.cwd(), name), status, assertionResults };
}

function splitOf(...files: readonly object[]): void {
  writeFileSync(join(folder, 'libs.json'), JSON.stringify({ testResults: files }));
  splitReport(folder, 'libs', projects);
}

describe('splitReport', () => {
  it('gives each project its own tests, which add up to the same totals', () => {
    splitOf(
      fileOf('libs/one/src/a.spec.ts', 'passed', 'passed', 'skipped'),
      fileOf('libs/two/src/b.spec.ts', 'failed', 'passed'),
      fileOf('libs/one/test/c.spec.ts', 'passed', 'todo'),
    );
    expect(readdirSync(folder).sort()).toEqual(['one.json', 'two.json']);
    const one = JSON.parse(readFileSync(join(folder, 'one.json'), 'utf8')) as object;
    expect(one).toMatchObject({
      numTotalTests: 5,
      numPassedTests: 3,
      numPendingTests: 1,
      numTodoTests: 1,
      success: true,
    });
    expect(sumReports(folder, ['one', 'two'])).toMatchObject({
      passed: 4,
      failed: 1,
      skipped: 2,
      problems: ['two: test 0'],
    });
  });

  it('leaves no report of a project that did not run, which then counts as failed', () => {
    splitOf(fileOf('libs/one/src/a.spec.ts', 'passed'));
    expect(sumReports(folder, ['one', 'two'])).toMatchObject({ passed: 1, failed: 1 });
  });

  it('does not call a file whole that could not be loaded', () => {
    splitOf({ name: join(process.cwd(), 'libs/one/src/a.spec.ts'), status: 'failed', assertionResults: [] });
    expect(sumReports(folder, ['one'])).toMatchObject({ passed: 0, failed: 1 });
  });

  it('refuses a file of no project', () => {
    expect(() => splitOf(fileOf('apps/three/a.spec.ts', 'passed'))).toThrow('belongs to no project');
  });
});
