// One program at a time on the way to a running platform: `npm ci`, the build. Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { descendantsOf } from './descendants.mjs';

/** What stops the launcher: Ctrl-C, a polite kill, a terminal that is closed. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Sends a signal to a child that was spawned `detached`, and to all that it started in its process group.
 *
 * @returns whether there still was one
 */
export function signalGroup(pid, signal) {
  try {
    // Windows has no process groups; there the child alone is ended.
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}

const politeMs = 5000;

/** Sends a signal to a child's process group and to further processes, as far as they are still there. */
function signalFamily(pid, descendants, signal) {
  signalGroup(pid, signal);
  for (const one of descendants) {
    try {
      process.kill(one, signal);
    } catch {
      // It has ended with its group.
    }
  }
}

/**
 * Runs a program to its end, in a process group of its own: a Ctrl-C reaches this process alone, which ends the program with
 * all that descends from it, by force after five seconds, prints one line and exits with 130.
 *
 * @param {object} phase
 * @param {string} phase.command - with `phase.args` and `phase.options` as for spawn
 * @param {string} phase.begins - what is said before; empty for nothing
 * @param {string} phase.whenStopped - the one line
 * @param {(line: string) => void} [phase.onLine] - sees each line of standard output where that is a pipe
 * @returns {Promise<{ok: boolean, printed: string}>} `printed` is what came through pipes
 */
export async function runPhase({ command, args, options, begins, whenStopped, onLine = () => undefined }) {
  let child;
  let descendants;
  let printed = '';
  let end;
  const ended = new Promise((done) => (end = done));
  const stop = () => {
    if (descendants !== undefined) return;
    // Now, for a process whose parent has ended descends from nobody that is known here.
    descendants = descendantsOf(child.pid);
    signalFamily(child.pid, descendants, 'SIGTERM');
    setTimeout(() => signalFamily(child.pid, descendants, 'SIGKILL'), politeMs);
    // From here on its end is enough: a pipe stays open for as long as anybody lives who was given it.
    if (child.exitCode !== null || child.signalCode !== null) end(false);
    child.once('exit', () => end(false));
  };
  // Before anything is said: whoever reads it may stop at once.
  for (const signal of stopSignals) process.on(signal, stop);
  if (begins !== '') process.stdout.write(`${begins}\n`);
  child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  let unfinished = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop();
    for (const line of lines) onLine(line);
  });
  child.stderr?.on('data', (chunk) => {
    printed += chunk;
  });
  child.once('error', (error) => {
    printed += `${error.message}\n`;
    end(false);
  });
  child.once('close', (code) => end(code === 0));
  const ok = await ended;
  if (descendants !== undefined) {
    // Who did not listen goes now.
    signalFamily(child.pid, descendants, 'SIGKILL');
    process.stdout.write(`\n${whenStopped}\n`);
    process.exit(130);
  }
  for (const signal of stopSignals) process.off(signal, stop);
  return { ok, printed };
}
