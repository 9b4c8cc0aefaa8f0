// `npm run test:long [-- PROOF...]`: the full numbers of the proofs that `npm test` runs a sample of. Each writes
// docs/proofs/<proof>.json when everything that it asserts held. Plain JavaScript that Node 20 can run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { ensureInstalled, workspaceRoot } from '../start/ensure-install.mjs';
import { announceSeed } from './seed.mjs';

const suites = JSON.parse(readFileSync(new URL('long-suites.json', import.meta.url), 'utf8'));
const usage = `npm run test:long [-- PROOF...]

Runs all of these, or those that are named, and writes docs/proofs/<PROOF>.json. Hours on a small machine.

${suites.map(({ proof, what }) => `  ${proof.padEnd(28)}${what}`).join('\n')}
`;

const named = process.argv.slice(2);
if (named.includes('--help') || named.includes('-h')) {
  process.stdout.write(usage);
  process.exit(0);
}
const unknown = named.filter((name) => !suites.some(({ proof }) => proof === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no proof named ${unknown.join(', ')}.\n\n${usage}`);
  process.exit(2);
}
const chosen = suites.filter(({ proof }) => named.length === 0 || named.includes(proof));

await ensureInstalled();
process.chdir(workspaceRoot);
const bin = resolve('node_modules/.bin');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  COFFER_SEED: announceSeed(),
  COFFER_LONG: '1',
  NX_DAEMON: 'false',
};
// A report of a part must not take the place of the whole suite's.
delete env.NX_TASK_TARGET_PROJECT;

function run(command, args, cwd = workspaceRoot) {
  const { status, signal } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (signal !== null) process.exit(130);
  return status === 0;
}

/** Why the proof does not stand; undefined where it does. */
function prove({ proof, project, file, command }) {
  const began = Date.now();
  const ok =
    command === undefined
      ? run('vitest', ['run', '--config', '../../tools/test/vitest.config.ts', '--root', '.', file], join(project))
      : run(command[0], command.slice(1));
  if (!ok) return 'an assertion failed, see above';
  const record = join('docs/proofs', `${proof}.json`);
  if (!existsSync(record) || statSync(record).mtimeMs < began) return `nothing was written to ${record}`;
  return undefined;
}

if (!run('nx', ['run-many', '-t', 'generate', 'build', '--parallel=2', '--outputStyle=static'])) {
  process.stderr.write('The build failed, see above. No proof was begun.\n');
  process.exit(1);
}
const results = [];
for (const suite of chosen) {
  process.stdout.write(`\n── ${suite.proof}: ${suite.what}\n`);
  results.push({ ...suite, why: prove(suite) });
}
process.stdout.write('\n');
for (const { proof, why } of results) {
  if (why !== undefined) {
    process.stdout.write(`  ✗ ${proof}: ${why}\n`);
    continue;
  }
  const { count, seconds, isCommitted } = JSON.parse(readFileSync(`docs/proofs/${proof}.json`, 'utf8'));
  const of = isCommitted ? '' : ' (of a checkout with changes that are not committed)';
  process.stdout.write(`  ✓ ${proof}: ${count.toLocaleString('en')} in ${seconds} s${of}\n`);
}
process.exit(results.every(({ why }) => why === undefined) ? 0 : 1);
