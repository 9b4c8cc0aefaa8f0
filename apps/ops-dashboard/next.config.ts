import { resolve } from 'node:path';
import type { NextConfig } from 'next';

const workspace = resolve(import.meta.dirname, '../..');

const config: NextConfig = {
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  agentRules: false,
  // tools/test/typecheck.mjs checks this app with the rest of the workspace.
  typescript: { ignoreBuildErrors: true },
};

export default config;
