import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/**
 * Bundles the worker threads of the engine by themselves, with the packages that they call: one file, and one more for what
 * reads chats. Built beside the program they would share its chunks, and each thread would load, compile and keep what only the
 * program needs.
 */
export default defineConfig({
  root: here,
  resolve: { tsconfigPaths: true },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(here, 'dist/worker'),
    emptyOutDir: true,
    rolldownOptions: {
      // No module of ours acts by being imported: what a thread does not call, it does not load.
      treeshake: { moduleSideEffects: false },
      input: { 'engine-worker': resolve(here, 'src/engine-worker.ts') },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
