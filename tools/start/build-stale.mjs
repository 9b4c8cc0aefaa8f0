// Builds what is stale, and says so as it goes. Plain JavaScript for Node 20.
import { delimiter } from 'node:path';
import { workspaceRoot } from './ensure-install.mjs';
import { runPhase } from './phase.mjs';

/**
 * Runs the target `build` of all projects, or of the named ones, under the Node that the lock file brings.
 *
 * @param {string} node - path of that Node
 * @param {readonly string[]} projects - all where empty
 * @param {boolean} isQuiet - prints nothing where all goes well
 * @returns {Promise<boolean>} false where the build failed; everything that it printed is then on standard error
 */
export async function buildStale(node, projects = [], isQuiet = false) {
  const say = (line) => isQuiet || process.stdout.write(`${line}\n`);
  const started = performance.now();
  let built = 0;
  const { ok, printed } = await runPhase({
    command: node,
    args: [
      'node_modules/nx/dist/bin/nx.js',
      'run-many',
      '-t',
      'build',
      ...(projects.length > 0 ? ['-p', projects.join(',')] : []),
      '--parallel=2',
      '--outputStyle=static',
    ],
    options: {
      cwd: workspaceRoot,
      env: {
        ...process.env,
        NX_DAEMON: 'false',
        // Its plugins in its own process: without workers to start and to stop it takes half the time where nothing is stale.
        NX_ISOLATE_PLUGINS: 'false',
        FORCE_COLOR: '0',
        PATH: `${workspaceRoot}/node_modules/.bin${delimiter}${process.env.PATH}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
    begins: isQuiet ? '' : 'Building what is stale (the first time: a minute or two) …',
    whenStopped: 'Stopped during the build. Nothing was started.',
    onLine: (line) => {
      // "> nx run cli:build", and "  [local cache]" or alike behind it where nothing had to be done
      const [, project] = /^> nx run ([\w-]+):build *$/.exec(line) ?? [];
      if (project === undefined) return;
      built += 1;
      say(`  ${project} is built`);
    },
  });
  if (!ok) {
    process.stderr.write(`${printed}\ncoffer: the build failed, see above. Nothing was started.\n`);
    return false;
  }
  say(built === 0 ? '  nothing was' : `  in ${Math.round((performance.now() - started) / 1000)} s`);
  return true;
}
