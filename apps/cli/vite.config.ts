import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/** Bundles the libs of this workspace into dist/; packages stay in node_modules. Worker threads: vite.worker.config.ts. */
export default defineConfig({
  root: here,
  resolve: { tsconfigPaths: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(here, 'dist'),
    emptyOutDir: true,
    rolldownOptions: {
      // Packages are imported for what they give, so what is not used need not be loaded.
      treeshake: { moduleSideEffects: 'no-external' },
      input: { main: resolve(here, 'src/main.ts') },
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});
