import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ViteUserConfig } from 'vitest/config';

const workspaceRoot = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/**
 * Options that every suite shares: aliases from tsconfig.base.json, and a JSON report per project, from which the
 * closing totals are summed.
 */
export function testOptions(extra: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  const project = process.env['NX_TASK_TARGET_PROJECT'];
  return {
    resolve: { tsconfigPaths: true },
    test: {
      setupFiles: [resolve(workspaceRoot, 'tools/test/seed-properties.ts')],
      include: ['src/**/*.spec.ts', 'src/**/*.spec.tsx', 'test/**/*.spec.ts'],
      testTimeout: 240_000,
      hookTimeout: 240_000,
      maxWorkers: 2,
      // A worker runs its files one after the other in one realm: starting a fresh one for each took a third of the time.
      isolate: false,
      reporters: project === undefined ? ['default'] : ['dot', 'json'],
      ...(project === undefined ? {} : { outputFile: { json: resolve(workspaceRoot, 'reports', `${project}.json`) } }),
      ...extra,
    },
  };
}
