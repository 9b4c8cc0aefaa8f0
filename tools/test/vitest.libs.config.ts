import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { testOptions } from './test-options.ts';

/**
 * The specs of all libs in one run, for CI: each of thirty runs of its own would start vitest and compile the same files anew, which
 * took a tenth of the whole time. `split-report.mjs` gives each project its report.
 */
export default defineConfig({
  ...testOptions({
    include: ['libs/*/src/**/*.spec.ts', 'libs/*/src/**/*.spec.tsx', 'libs/*/test/**/*.spec.ts'],
  }),
  root: resolve(fileURLToPath(new URL('../..', import.meta.url))),
});
