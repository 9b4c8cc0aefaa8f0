// Sums the reports of all suites. A project without a report is a failure: a suite that did not run must not look green.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads reports/<project>.json (the JSON of vitest) and reports/steps/<step>.json (`{passed, failed}` of anything else).
 *
 * @returns {{passed: number, failed: number, skipped: number, problems: string[]}}
 */
export function sumReports(folder, projects) {
  const totals = { passed: 0, failed: 0, skipped: 0, problems: [] };
  for (const project of projects) {
    const file = join(folder, `${project}.json`);
    if (!existsSync(file)) {
      totals.failed += 1;
      totals.problems.push(`${project}: no report, so its tests did not run to the end`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    if (report.numTotalTests === 0) totals.problems.push(`${project}: a report without a single test`);
    if (report.numTotalTests === 0 || (!report.success && report.numFailedTests === 0)) totals.failed += 1;
    for (const file of report.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'failed') totals.problems.push(`${project}: ${test.fullName}`);
      }
    }
  }
  const steps = join(folder, 'steps');
  for (const file of existsSync(steps) ? readdirSync(steps).sort() : []) {
    const step = JSON.parse(readFileSync(join(steps, file), 'utf8'));
    totals.passed += step.passed;
    totals.failed += step.failed;
    totals.skipped += step.skipped ?? 0;
    if (step.failed > 0) totals.problems.push(`${file.replace(/\.json$/, '')}: ${step.why ?? 'failed'}`);
  }
  return totals;
}
