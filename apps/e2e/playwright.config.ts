import { defineConfig } from '@playwright/test';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What starts platforms of its own. */
const launching = ['**/launcher.e2e.ts', '**/once.e2e.ts'];

/**
 * Journeys over the running system, one platform for all of them, one after the other; beside them the tests of the launcher,
 * which mostly wait for what they have started.
 */
export default defineConfig({
  testDir: 'src',
  globalSetup: './src/platform/start-platform.ts',
  workers: 2,
  projects: [
    { name: 'journeys', testMatch: '**/*.e2e.ts', testIgnore: launching, workers: 1 },
    { name: 'launcher', testMatch: launching, workers: 1 },
  ],
  // Limits for machines where other work takes its turn: whoever passes does not wait for them.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: '../../test-results/e2e',
  reporter: [['line'], ['./src/platform/totals-reporter.ts']],
  use: {
    launchOptions: { executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: flags },
    screenshot: 'only-on-failure',
    trace: 'off',
  },
});
