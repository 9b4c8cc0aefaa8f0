import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';

async function untilThere(file: string): Promise<void> {
  for (let waited = 0; waited < 20_000 && !existsSync(file); waited += 20) await pause(20);
}

it.skipIf(process.platform === 'win32')(
  'a platform that tells its launcher something in the moment when that one is killed lives to stop its services',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-tell-'));
    const at = (name: string): string => join(folder, name);
    writeFileSync(
      at('platform.mjs'),
      `import { existsSync, writeFileSync } from 'node:fs';
       import { onStopRequest, tellParent } from ${JSON.stringify(new URL('left-behind.ts', import.meta.url).href)};
       onStopRequest(() => { writeFileSync('stopped', ''); process.exit(); });
       setInterval(() => undefined, 1000);
       writeFileSync('ready', '');
       // In one turn of its event loop: it cannot have learned of the end by then.
       while (!existsSync('parent-is-gone')) {}
       tellParent({ started: process.pid });
       writeFileSync('told', '');`,
    );
    writeFileSync(
      at('launcher.mjs'),
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['platform.mjs'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
       setInterval(() => undefined, 1000);`,
    );
    const launcher = spawn(process.execPath, ['launcher.mjs'], { cwd: folder, stdio: 'ignore' });
    await untilThere(at('ready'));
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    writeFileSync(at('parent-is-gone'), '');
    await untilThere(at('stopped'));
    expect(existsSync(at('told'))).toBe(true);
    expect(readFileSync(at('stopped'), 'utf8')).toBe('');
    rmSync(folder, { recursive: true, force: true });
  },
);
