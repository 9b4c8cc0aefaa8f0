import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-lifeline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function untilThere(name: string): Promise<void> {
  for (let waited = 0; waited < 20_000 && !existsSync(join(folder, name)); waited += 20) await pause(20);
}

it.skipIf(process.platform === 'win32')(
  'a service ends when its starter is killed and not before, and its threads and forks are let be',
  async () => {
    const lifeline = new URL('../lifeline.mjs', import.meta.url).href;
    writeFileSync(
      join(folder, 'service.mjs'),
      `import { fork } from 'node:child_process'; import { writeFileSync } from 'node:fs'; import { Worker } from 'node:worker_threads';
       process.on('SIGTERM', () => { writeFileSync('asked', ''); process.exit(); });
       const thread = new Worker('setInterval(() => undefined, 1000)', { eval: true });
       const forked = fork('forked.mjs');
       await Promise.all([thread, forked].map((each) => new Promise((up) => each.once(each === thread ? 'online' : 'message', up))));
       setTimeout(() => writeFileSync('up', ''), 300);`,
    );
    writeFileSync(join(folder, 'forked.mjs'), `process.on('disconnect', () => process.exit()); process.send('up');`);
    writeFileSync(
      join(folder, 'starter.mjs'),
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['--import', ${JSON.stringify(lifeline)}, 'service.mjs'],
         { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], detached: true });
       setInterval(() => undefined, 1000);`,
    );
    const starter = spawn(process.execPath, ['starter.mjs'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    await untilThere('up');
    expect(existsSync(join(folder, 'up'))).toBe(true);
    expect(existsSync(join(folder, 'asked'))).toBe(false);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await untilThere('asked');
    expect(existsSync(join(folder, 'asked'))).toBe(true);
  },
);
