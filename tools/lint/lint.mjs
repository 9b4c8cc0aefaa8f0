// `npm run lint [-- FILE...]`: ESLint over the whole workspace, or the named files, in one process: the types of the
// workspace are read once, where `nx run-many -t lint` reads them for each project. Plain JavaScript that Node 20 can run.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const env = { ...process.env, NX_DAEMON: 'false' };

/** Runs a program of node_modules; what it prints is shown and returned. */
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=4096', resolve('node_modules', program), ...args],
    {
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  return { ok: status === 0, printed: `${stdout}${stderr}` };
}

// The boundary rule looks imports up in the graph that Nx keeps, and passes everything where there is none.
const graph = run('nx/dist/bin/nx.js', ['show', 'projects']);
if (!graph.ok) {
  process.stderr.write(graph.printed);
  process.exit(1);
}
const files = process.argv.slice(2);
const lint = run('eslint/bin/eslint.js', [
  '--max-warnings',
  '0',
  ...(files.length > 0 ? files : ['apps', 'libs', 'tools']),
]);
process.stdout.write(lint.printed);
const isSkipped = /rule will be skipped|No cached ProjectGraph/i.test(lint.printed);
if (isSkipped) process.stderr.write('The boundary rule did not look at anything.\n');
process.exit(lint.ok && !isSkipped ? 0 : 1);
