import { defineConfig } from 'vitest/config';
import { testOptions } from './test-options.ts';

/** The one vitest configuration of every project that has none of its own. Run by the Nx target `test`. */
export default defineConfig(testOptions());
