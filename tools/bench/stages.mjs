// Each stage of the engine by itself, on one thread: what to read beside the limits of the processor.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const here = import.meta.dirname;

/**
 * @param {string} folder - for the bundle, and for the files that stages write
 * @param {string} database - a chat database
 * @returns {Promise<{name: string, bytes: number, messages?: number, seconds: number, cpuSeconds: number}[]>}
 */
export async function measureStages(folder, database) {
  mkdirSync(folder, { recursive: true });
  await build({
    root: resolve(here, '../..'),
    logLevel: 'error',
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    build: {
      ssr: join(here, 'stages/stages.ts'),
      target: 'node24',
      outDir: join(folder, 'bundle'),
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'stages.mjs' } },
    },
  });
  const done = spawnSync(process.execPath, [join(folder, 'bundle/stages.mjs'), database, folder], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the stages could not be measured: ${done.stderr}`);
  return JSON.parse(readFileSync(join(folder, 'stages.json'), 'utf8'));
}
