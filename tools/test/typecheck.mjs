// One program for everything that runs outside Next (seconds instead of minutes), then each Next app with its own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

let failed = false;
for (const project of ['tsconfig.json', 'apps/restore-portal/tsconfig.json', 'apps/ops-dashboard/tsconfig.json']) {
  if (!existsSync(project)) continue;
  const { status } = spawnSync('node_modules/.bin/tsc', ['--noEmit', '-p', project], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
