import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { embedSqlite } from './vite.sqlite.config.ts';

/** One classic script that needs nothing else: no chunk, no importScripts, no asset. Portal and viewer serve the same file. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [embedSqlite()],
  resolve: { tsconfigPaths: true },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2023',
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    copyPublicDir: false,
    lib: {
      entry: resolve(import.meta.dirname, 'src/main.ts'),
      name: 'CofferDevice',
      formats: ['iife'],
      fileName: () => 'device-worker.js',
    },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
