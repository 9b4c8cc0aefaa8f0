import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * How much more memory this process had resident at the highest moment of some work than before it, in bytes: not at moments when
 * somebody looks. Garbage of before is collected first. Where the system does not let its highest mark be set back (it does on Linux), what
 * stays below an earlier peak of the process is not seen.
 */
export async function peakMemoryOf(work: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const canReset = existsSync('/proc/self/clear_refs');
  // proc(5): 5 sets the highest mark of the resident set to what it is now.
  if (canReset) writeFileSync('/proc/self/clear_refs', '5');
  const before = canReset ? highestMark() : process.resourceUsage().maxRSS * 1024;
  await work();
  return (canReset ? highestMark() : process.resourceUsage().maxRSS * 1024) - before;
}

function highestMark(): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kibibytes === undefined) throw new TypeError('the system tells no highest mark of the resident set');
  return Number(kibibytes) * 1024;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
