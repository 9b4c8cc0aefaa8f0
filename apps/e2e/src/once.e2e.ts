import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { proofSample } from '@coffer/test-kit';
import { expect, test } from '@playwright/test';

const root = resolve(import.meta.dirname, '../../..');

/** Runs `npm start -- ARGS` over what the global set-up has built, and gives what it printed and its exit code. */
function start(
  args: readonly string[],
  home: string,
  extra: Record<string, string> = {},
): Promise<{ code: number; printed: string }> {
  return new Promise((done) => {
    const options = { cwd: root, env: { ...process.env, COFFER_HOME: home, ...extra }, maxBuffer: 1 << 26 };
    execFile(process.execPath, ['tools/start/start.mjs', '--built', ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ code, printed: `${stdout}${stderr}` });
    });
  });
}

test.describe('npm start', () => {
  let home: string;
  test.beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'coffer-once-'));
  });
  test.afterEach(() => rmSync(home, { recursive: true, force: true }));

  // Every other commit walks twice.
  const walks = proofSample('walks of --once', [1, 2], 1).at(-1) ?? 1;
  test(`-- --once walks the whole journey${walks === 1 ? '' : ', and can be walked again'}`, async () => {
    test.setTimeout(300_000);
    for (let walk = 1; walk <= walks; walk++) {
      const { code, printed } = await start(['--once'], home);
      expect(code, printed).toBe(0);
      expect(printed).toContain('The history is back, and no plaintext copy is left.');
      expect(printed).toMatch(/certificate +\d+ verified off-line, refused after one changed byte/);
    }
  });

  test('names a taken port, and the variable that chooses another', async () => {
    const { createServer } = await import('node:net');
    const taken = createServer();
    const port = await new Promise<number>((done) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const { code, printed } = await start([], home, { COFFER_PORTAL_PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(printed).toContain(`port ${port} (portal) is taken`);
    expect(printed).toContain('COFFER_PORTAL_PORT=');
  });

  test('refuses an option that does not exist', async () => {
    const { code, printed } = await start(['--twice'], home);
    expect(code).toBe(2);
    expect(printed).toContain('--twice');
  });
});
