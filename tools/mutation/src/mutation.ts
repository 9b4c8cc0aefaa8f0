import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLongRun, recordProof, runSeedNumber } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** Share of the mutants that the suites must notice, in per cent. */
const leastScore = 85;

/** Source whose faults must be noticed, and the suites that must notice them. */
export interface MutationTarget {
  /** Name of the proof: tools/test/long-suites.json and docs/proofs/<proof>.json. */
  readonly proof: string;
  /** Folder of the project below the workspace. */
  readonly project: string;
  /** Files of the project that are changed. */
  readonly files: readonly string[];
  /** Suites of the project that are run against each mutant; globs. */
  readonly suites: readonly string[];
}

/** What is read of a report (mutation testing report schema, version 2). */
interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** The suite of one target: in a long run its score; in an ordinary one, which has no time for that, that it names what is there. */
export function describeMutation(target: MutationTarget): void {
  const { proof, project, files, suites } = target;
  describe(proof, () => {
    it('names files and suites that are there', () => {
      const missing = [...files, ...suites].filter((glob) => globSync(join(workspaceRoot, project, glob)).length === 0);
      expect(missing).toEqual([]);
    });

    it.runIf(isLongRun())(`has a score of ${leastScore} % or more`, { timeout: 14_400_000 }, () => {
      const started = performance.now();
      const mutants = Object.values(mutate(target).files).flatMap((file) => file.mutants);
      const count = (...statuses: readonly string[]): number =>
        mutants.filter(({ status }) => statuses.includes(status)).length;
      const noticed = count('Killed', 'Timeout');
      const valid = noticed + count('Survived', 'NoCoverage');
      const score = (100 * noticed) / valid;
      expect(score).toBeGreaterThanOrEqual(leastScore);
      recordProof({
        proof,
        count: valid,
        seconds: (performance.now() - started) / 1000,
        asserted: `At least ${leastScore} % of the mutants make a test of the named suites fail, or never end.`,
        figures: {
          ...{ killed: count('Killed'), timedOut: count('Timeout'), survived: count('Survived') },
          ...{ withoutTest: count('NoCoverage'), score: score.toFixed(1), files: files.length },
        },
      });
    });
  });
}

/** Runs Stryker on a copy of the workspace. @throws Error with what it printed, where it did not end as it should */
function mutate(target: MutationTarget): MutationReport {
  const reports = join(workspaceRoot, 'reports');
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, 'mutation-'));
  try {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('seed.ts'), seedSetup(target));
    writeFileSync(at('vitest.config.ts'), suiteConfig(target, at('seed.ts')));
    writeFileSync(at('stryker.json'), JSON.stringify(strykerConfig(target, at('vitest.config.ts'), at('report.json'))));
    const { status, stdout, stderr } = spawnSync('stryker', ['run', at('stryker.json')], {
      cwd: workspaceRoot,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      // The suites of a mutant are samples, also within a long run.
      env: { ...process.env, COFFER_LONG: '' },
    });
    process.stdout.write(stdout);
    if (status !== 0) throw new Error(`stryker ended with ${status}: ${stderr.slice(-4_000)}`);
    return JSON.parse(readFileSync(at('report.json'), 'utf8')) as MutationReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A property's name carries its seed, and a mutant is run against tests by name: with another seed each time it met none. */
function seedSetup({ proof }: MutationTarget): string {
  return `import { configureGlobal } from 'fast-check';
configureGlobal({ seed: ${runSeedNumber(proof)} });
`;
}

function suiteConfig({ project, suites }: MutationTarget, setupFile: string): string {
  return `import { defineConfig } from 'vitest/config';
export default defineConfig({
  root: ${JSON.stringify(project)},
  resolve: { tsconfigPaths: true },
  test: {
    include: ${JSON.stringify(suites)},
    setupFiles: [${JSON.stringify(setupFile)}],
    testTimeout: 60_000,
    isolate: false,
  },
});
`;
}

function strykerConfig({ project, files }: MutationTarget, configFile: string, fileName: string): object {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile },
    mutate: files.map((file) => `${project}/${file}`),
    coverageAnalysis: 'perTest',
    concurrency: 2,
    reporters: ['clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false },
    jsonReporter: { fileName },
    tempDirName: 'reports/stryker',
    ignorePatterns: ['/reports', '/.nx', 'dist', '.next', '/apps', '/docs', '/docker'],
  };
}
