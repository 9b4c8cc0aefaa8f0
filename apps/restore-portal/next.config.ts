import { resolve } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  turbopack: { root: resolve(import.meta.dirname, '../..') },
  outputFileTracingRoot: resolve(import.meta.dirname, '../..'),
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  agentRules: false,
  // tools/test/typecheck.mjs checks this app with the rest of the workspace.
  typescript: { ignoreBuildErrors: true },
  // The routes under /v1 carry bytes that must pass as they are.
  skipTrailingSlashRedirect: true,
};

export default config;
