// Of one report over several projects, a report for each: `npm test` counts by project, and misses one that did not run.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * Reads reports/<name>.json (the JSON of vitest) and writes reports/<project>.json for every folder of libs that it names. Counts are
 * made from the tests themselves.
 *
 * @param folder - of the reports
 * @param name - of the report over several projects, which goes
 * @param projects - names of projects by their folder, e.g. `crypto` by `libs/crypto`
 */
export function splitReport(folder, name, projects) {
  const file = join(folder, `${name}.json`);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const byProject = new Map();
  for (const result of report.testResults) {
    const project = projectOf(result.name, projects);
    byProject.set(project, [...(byProject.get(project) ?? []), result]);
  }
  for (const [project, files] of byProject) {
    const tests = files.flatMap(({ assertionResults }) => assertionResults);
    const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
    const part = {
      numTotalTests: tests.length,
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numPendingTests: count('pending', 'skipped', 'disabled'),
      numTodoTests: count('todo'),
      success: files.every(({ status }) => status === 'passed'),
      testResults: files,
    };
    writeFileSync(join(folder, `${project}.json`), JSON.stringify(part));
  }
  rmSync(file);
}

function projectOf(file, projects) {
  const folder = relative(process.cwd(), file).split(sep).slice(0, 2).join('/');
  const project = projects.get(folder);
  if (project === undefined) throw new Error(`${file} belongs to no project`);
  return project;
}
