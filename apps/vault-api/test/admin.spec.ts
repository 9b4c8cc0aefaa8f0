import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestPostgres } from '@coffer/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdmin } from './admin-process';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
let environment: Record<string, string>;
beforeAll(async () => {
  bench = await startBench(1);
  environment = { COFFER_HOME: bench.home, DATABASE_URL: bench.server.url, COFFER_ISSUER: bench.issuer.url };
}, 180_000);
afterAll(() => bench.stop());

describe('coffer-admin deployment export', () => {
  it('writes what the running vault wrote, byte for byte, and its hash', async () => {
    const written = await readFile(join(bench.home, 'deployment.json'), 'utf8');
    const ownUrl = { COFFER_API_URL: (JSON.parse(written) as { apiUrl: string }).apiUrl };
    const run = await runAdmin(['deployment', 'export'], { ...environment, ...ownUrl });
    expect([run.exitCode, run.stdout]).toEqual([0, written]);
    expect(run.stderr).toContain(createHash('sha256').update(written).digest('hex'));
    const file = join(bench.home, 'exported.json');
    const toFile = await runAdmin(['deployment', 'export', '--output', file, '--json'], { ...environment, ...ownUrl });
    expect([toFile.exitCode, await readFile(file, 'utf8')]).toEqual([0, written]);
    const again = await runAdmin(['deployment', 'export', '--output', file], environment);
    expect([again.exitCode, again.stderr]).toEqual([8, expect.stringContaining('was left as it is')]);
  });

  it('says so where the database holds no vault, is away, or a value is not understood', async () => {
    const empty = await startTestPostgres();
    try {
      const none = await runAdmin(['deployment', 'export', '--json'], { ...environment, DATABASE_URL: empty.url });
      expect([none.exitCode, none.lines]).toEqual([8, [expect.objectContaining({ code: 'no-vault' })]]);
      await empty.crash();
      const away = await runAdmin(['deployment', 'export', '--json'], { ...environment, DATABASE_URL: empty.url });
      expect([away.exitCode, away.lines]).toEqual([5, [expect.objectContaining({ code: 'unavailable' })]]);
    } finally {
      await empty.stop();
    }
    const odd = await runAdmin(['deployment', 'export'], { ...environment, COFFER_API_PORT: 'many' });
    expect([odd.exitCode, odd.stderr]).toEqual([2, expect.stringContaining('COFFER_API_PORT')]);
  });
});
