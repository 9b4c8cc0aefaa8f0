import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const phase = new URL('../phase.mjs', import.meta.url).href;

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
function runs(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform !== 'linux')('a phase that is stopped', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-phase-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * A phase whose program starts a task in a group of its own, with the program's own pipes, and then goes on as `program` says.
   * Both heed no SIGTERM where they are `deaf`.
   */
  async function stopPhase(
    deaf: boolean,
    program: string,
  ): Promise<{ code: number | null; task: number; said: string }> {
    const taskFile = join(folder, 'task.pid');
    const ear = deaf ? "process.on('SIGTERM', () => undefined);" : '';
    writeFileSync(join(folder, 'task.mjs'), `${ear} setInterval(() => undefined, 1000);`);
    writeFileSync(
      join(folder, 'program.mjs'),
      `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs'; ${ear}
       const task = spawn(process.execPath, ['task.mjs'], { detached: true, stdio: 'inherit' });
       setTimeout(() => { writeFileSync('task.pid', String(task.pid)); ${program} }, 300);`,
    );
    const phaseOf = `import { runPhase } from ${JSON.stringify(phase)};
      await runPhase({ command: process.execPath, args: ['program.mjs'], begins: 'begins', whenStopped: 'stopped',
        options: { stdio: ['ignore', 'pipe', 'pipe'] } });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', phaseOf], { cwd: folder });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    while (!existsSync(taskFile)) await pause(20);
    await pause(200);
    const task = Number(readFileSync(taskFile, 'utf8'));
    expect(runs(task)).toBe(true);
    child.kill('SIGINT');
    const code = await ended;
    return { code, task, said };
  }

  it.each([
    ['ends a task that the program had put into a group of its own', false, 'setInterval(() => undefined, 1000);'],
    ['ends by force what does not listen', true, 'setInterval(() => undefined, 1000);'],
    ['waits for nobody who holds the pipe of a program that has ended', false, 'process.exit();'],
  ])(
    '%s',
    async (_, deaf, program) => {
      const { code, task, said } = await stopPhase(deaf, program);
      expect({ code, said }).toEqual({ code: 130, said: 'begins\n\nstopped\n' });
      // A task whose program ended before anybody wanted a stop is known to nobody; this test ends it.
      if (program.includes('exit')) process.kill(task);
      for (let waited = 0; waited < 2000 && runs(task); waited += 20) await pause(20);
      expect(runs(task)).toBe(false);
    },
    30_000,
  );
});
