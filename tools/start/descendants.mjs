// Who descends from a process. Plain JavaScript for Node 20.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The process ids below `pid`, nearest first. A process group is not enough: a build tool puts its tasks into groups of their
 * own, and they would go on after it.
 *
 * @returns {number[]} empty where the system does not tell
 */
export function descendantsOf(pid) {
  const parents = process.platform === 'linux' ? parentsFromProc() : parentsFromPs();
  const found = [pid];
  for (const one of found) {
    for (const [child, parent] of parents) if (parent === one && !found.includes(child)) found.push(child);
  }
  return found.slice(1);
}

function parentsFromProc() {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // "pid (name) state ppid": the name may hold anything, so what counts begins behind its last parenthesis.
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended in this moment.
    }
  }
  return parents;
}

function parentsFromPs() {
  // Windows has no ps; there nothing is found.
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const lines = (stdout ?? '').trim().split('\n');
  return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number)));
}
