// `npm run lint [-- FILE...]`: both linters over the whole workspace, or the named files, each in one process: what they read of
// it is read once, where `nx run-many -t lint` reads it for each project. ESLint knows who may import what, oxlint the types, and
// tells their errors too. Plain JavaScript that Node 20 can run.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

// Without colours, which oxlint else writes into pipes as well.
const env = { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1' };

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
const named = process.argv.slice(2);
const files = named.length > 0 ? named : ['apps', 'libs', 'tools'];
const imports = run('eslint/bin/eslint.js', ['--max-warnings', '0', ...files]);
process.stdout.write(imports.printed);
const isSkipped = /rule will be skipped|No cached ProjectGraph/i.test(imports.printed);
if (isSkipped) process.stderr.write('The boundary rule did not look at anything.\n');
const types = run('oxlint/bin/oxlint', ['--deny-warnings', '--format', 'stylish', ...files]);
process.stdout.write(types.printed);
process.exit(imports.ok && types.ok && !isSkipped ? 0 : 1);
