import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'vite';

const here = import.meta.dirname;

/**
 * Bundles programs of this folder as a real program bundles its worker entry: worker threads cannot load TypeScript.
 *
 * @param names - without `.ts`
 * @returns the URL of each bundle
 */
export async function buildEntries<Name extends string>(...names: readonly Name[]): Promise<Record<Name, URL>> {
  const outDir = mkdtempSync(join(tmpdir(), 'coffer-engine-'));
  await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: false,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name, resolve(here, `${name}.ts`)])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return Object.fromEntries(names.map((name) => [name, pathToFileURL(join(outDir, `${name}.mjs`))])) as Record<
    Name,
    URL
  >;
}
