import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { tsconfigPaths: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        main: resolve(import.meta.dirname, 'src/main.ts'),
        admin: resolve(import.meta.dirname, 'src/admin/main.ts'),
        'opaque-worker': resolve(import.meta.dirname, 'src/opaque/opaque-worker.ts'),
      },
      // A pool's thread calls its entry's exports by name.
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});
