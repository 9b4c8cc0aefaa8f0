// Plain JavaScript that Node 20 can parse: see coffer.mjs.
import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const writableByOthers = 0o022;

/**
 * Keeps V8's compiled form of the program in this device's folder, `cache/code`: compiling it anew takes a third of a short command.
 * Only where the folder is there already, since a command that needs none shall leave nothing behind; and only where nobody else
 * can write to it, since what lies there is run. Without it everything works, slower.
 *
 * @param {readonly string[]} args - of the command line, where `--home` may stand
 * @param {NodeJS.ProcessEnv} env
 */
export function keepCompiledCode(args, env) {
  const home = homeIn(args) ?? env.COFFER_CLI_HOME ?? join(homedir(), '.coffer');
  try {
    if (!isOwn(home)) return;
    const folder = join(home, 'cache', 'code');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(join(home, 'cache')) || !isOwn(folder)) return;
    module.enableCompileCache?.(folder);
    // What worker threads are told by.
    env.NODE_COMPILE_CACHE ??= folder;
  } catch {
    // No such folder, or one that cannot be written.
  }
}

function homeIn(args) {
  const at = args.findLastIndex((arg) => arg === '--home' || arg.startsWith('--home='));
  if (at < 0) return undefined;
  return args[at] === '--home' ? args[at + 1] : args[at].slice('--home='.length);
}

function isOwn(folder) {
  const { mode, uid } = statSync(folder);
  if (process.platform === 'win32') return true;
  return (mode & writableByOthers) === 0 && uid === process.getuid();
}
