import { defineConfig } from 'vite';

/** One file for Node, the fake bundled in. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { tsconfigPaths: true },
  ssr: { noExternal: true },
  build: {
    ssr: 'main.ts',
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: { output: { entryFileNames: 'webdav-fake.mjs' } },
  },
});
