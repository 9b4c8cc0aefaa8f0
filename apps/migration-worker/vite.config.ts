import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { tsconfigPaths: true },
  // A process that opens two thousand files one by one takes twice as long to start. What stays in node_modules is native, or
  // starts threads of files beside it, or reads such files.
  ssr: { noExternal: true, external: ['pg-native', 'pino', 'pkcs11js'] },
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    rolldownOptions: {
      input: { main: resolve(import.meta.dirname, 'src/main.ts') },
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});
