import { runOrFail } from './run-program';
import type { PlatformTimer, TimerJob, TimerSystem } from './timer-job';

/** A line in the person's crontab, known again by its end. Other lines are left as they are. */
export const cronTimer: PlatformTimer = {
  kind: 'cron',
  async isThere(system) {
    // Without a crontab it ends with 1; where it cannot be started there is no cron.
    return (await system.run('crontab', ['-l'])).code !== null;
  },
  async install(job, system) {
    const lines = await otherLines(job.id, system);
    await write([...lines, cronLine(job)], system);
  },
  async remove(id, system) {
    const before = await crontabOf(system);
    const lines = await otherLines(id, system);
    if (lines.length < before.length) await write(lines, system);
  },
};

/** The line (crontab(5)); without its line end. */
export function cronLine({ id, command, every, hour, minute }: TimerJob): string {
  const day = every === 'weekly' ? '* * 1' : '* * *';
  return `${minute} ${hour} ${day} ${command.map(quoted).join(' ')} >/dev/null 2>&1 ${markOf(id)}`;
}

function markOf(id: string): string {
  return `# coffer-${id}`;
}

/** For /bin/sh, in which single quotes take everything as it is; cron itself takes an unescaped % for the end of the line. */
function quoted(argument: string): string {
  return `'${argument.replace(/'/g, `'\\''`).replace(/%/g, '\\%')}'`;
}

async function crontabOf(system: TimerSystem): Promise<readonly string[]> {
  const { code, stdout } = await system.run('crontab', ['-l']);
  return code === 0 ? stdout.replace(/\n$/, '').split('\n') : [];
}

async function otherLines(id: string, system: TimerSystem): Promise<readonly string[]> {
  return (await crontabOf(system)).filter((line) => !line.endsWith(markOf(id)));
}

async function write(lines: readonly string[], system: TimerSystem): Promise<void> {
  await runOrFail(system, 'crontab', ['-'], lines.map((line) => `${line}\n`).join(''));
}
