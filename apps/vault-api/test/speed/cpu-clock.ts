import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of a second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU seconds that a process and all that it started have used, those that ended included. Linux only. */
export function cpuSeconds(pid: number): number {
  const seen = new Map<number, { readonly parent: number; readonly own: number; readonly ended: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat !== undefined) seen.set(Number(name), stat);
  }
  const tree = [pid];
  for (let at = 0; at < tree.length; at++) {
    for (const [child, { parent }] of seen) if (parent === tree[at]) tree.push(child);
  }
  let ticks = 0;
  for (const member of tree) {
    const stat = seen.get(member);
    if (stat !== undefined) ticks += stat.own + stat.ended;
  }
  return ticks / ticksPerSecond;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

/** proc_pid_stat(5): fields 4 (ppid), 14 and 15 (own user and system time), 16 and 17 (those of children that were waited for). */
function readStat(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) };
  } catch {
    return undefined;
  }
}
