import { defineConfig } from 'vitest/config';

/** Of tools/bench/vault.mjs: measurements, which no ordinary run takes. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/speed/*.bench.ts'],
    hookTimeout: 240_000,
    disableConsoleIntercept: true,
    reporters: ['verbose'],
  },
});
