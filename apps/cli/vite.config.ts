import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/**
 * Packages that every command loads, bundled with what the program uses of them: from node_modules they were 75 files, each looked up
 * and compiled at each start (docs/operations/engine-speed.md). All of them are plain JavaScript without files of their own.
 */
const bundled = [
  ...['@noble/ciphers', '@noble/curves', '@noble/hashes', '@scure/base', 'cborg', 'commander', 'picomatch', 'uuid'],
  ...['p-limit', 'yocto-queue', 'p-retry', 'is-network-error'],
];

/** Bundles the libs of this workspace into dist/; other packages stay in node_modules. Worker threads: vite.worker.config.ts. */
export default defineConfig({
  root: here,
  resolve: { tsconfigPaths: true },
  ssr: { noExternal: bundled },
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
