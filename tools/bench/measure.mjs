// Runs a program and measures it: seconds, processor seconds, and the most memory that it and all that it started held at one moment.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const sampleMs = 10;
/** Of /proc: Linux counts processor time in hundredths of a second whatever its kernel's clock does. */
const ticksPerSecond = 100;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, input?: string}} options
 * @returns {Promise<{seconds: number, cpuSeconds: number, peakBytes: number, status: number | null, stdout: string, stderr: string}>}
 */
export async function measure(command, args, options = {}) {
  const cpuBefore = cpuOfEndedChildren();
  const started = performance.now();
  const child = spawn(command, args, {
    ...options,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (options.input !== undefined) child.stdin.end(options.input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes) => (stdout += bytes));
  child.stderr.on('data', (bytes) => (stderr += bytes));
  const peaks = new Map();
  let peakBytes = 0;
  const sample = () => {
    let now = 0;
    for (const pid of treeOf(child.pid)) {
      const { resident, highest } = memoryOf(pid);
      now += resident;
      peaks.set(pid, highest);
    }
    peakBytes = Math.max(peakBytes, now);
  };
  const timer = setInterval(sample, sampleMs);
  sample();
  const status = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  // The kernel keeps the highest figure of each process: a peak between two samples of a single process is not missed.
  if (peaks.size === 1) peakBytes = Math.max(peakBytes, ...peaks.values());
  const cpuSeconds = cpuOfEndedChildren() - cpuBefore;
  return { seconds, cpuSeconds, peakBytes, status, stdout, stderr };
}

/** Processor seconds of every process that this one has started and seen end, and of theirs (proc(5), cutime and cstime). */
function cpuOfEndedChildren() {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

function treeOf(root) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at++) tree.push(...(children.get(tree[at]) ?? []));
  return tree;
}

function memoryOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const read = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    return { resident: read('VmRSS'), highest: read('VmHWM') };
  } catch {
    return { resident: 0, highest: 0 };
  }
}
