// Builds what is stale, then runs the platform. Started by start.mjs under the Node that the lock file brings.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const help = process.argv.includes('--help') || process.argv.includes('-h');
if (!help) process.stdout.write('Building what is stale …\n');
const build = spawnSync(
  process.execPath,
  [
    'node_modules/nx/dist/bin/nx.js',
    'run-many',
    '-t',
    'build',
    ...(help ? ['-p', 'start'] : []),
    '--parallel=2',
    '--outputStyle=static',
  ],
  {
    cwd: root,
    env: {
      ...process.env,
      NX_DAEMON: 'false',
      FORCE_COLOR: '0',
      PATH: `${root}/node_modules/.bin:${process.env.PATH}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}\ncoffer: the build failed, see above. Nothing was started.\n`);
  process.exit(1);
}
await import('./dist/platform.mjs');
