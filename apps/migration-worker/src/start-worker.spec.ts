import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '@coffer/database';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { createLogger } from '@coffer/observability';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeVault } from '../test/worker-ground';
import { readConfig } from './config';
import { startWorker } from './start-worker';

let server: TestPostgres;
let home: string;
beforeAll(async () => {
  server = await startTestPostgres();
  home = await mkdtemp(join(tmpdir(), 'coffer-start-'));
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

const log = createLogger('test', 'silent');
const configOf = (environment: Readonly<Record<string, string>> = {}) =>
  readConfig({ COFFER_HOME: home, DATABASE_URL: server.url, COFFER_WORKER_METRICS_PORT: '0', ...environment });
const health = async (port: number, path: string): Promise<number | undefined> =>
  (await fetch(`http://127.0.0.1:${port}/health/${path}`).catch(() => undefined))?.status;

describe('startWorker', () => {
  it('is live at once, ready when the vault has made the deployment, and gone when it is stopped', async () => {
    const worker = await startWorker(configOf(), log);
    expect([await health(worker.metricsPort, 'live'), await health(worker.metricsPort, 'ready')]).toEqual([200, 503]);
    await migrate(server.url);
    const database = openDatabase({ url: server.url, connections: 2 });
    await makeVault(database, home);
    await database.close();
    await expect.poll(() => health(worker.metricsPort, 'ready'), { timeout: 20_000 }).toBe(200);
    await worker.stop();
    expect(await health(worker.metricsPort, 'live')).toBeUndefined();
  });

  it('can be stopped while it waits, and says so where it cannot work', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'coffer-start-'));
    const keyless = await startWorker(configOf({ COFFER_HOME: elsewhere }), log);
    expect(await keyless.failure).toMatchObject({ code: 'key-missing' });
    expect(await health(keyless.metricsPort, 'live')).toBeUndefined();
    await writeFile(join(elsewhere, 'sources.json'), '[{"provider":"ftp"}]');
    const lost = await startWorker(configOf({ COFFER_PLAINTEXT_SOURCES: join(elsewhere, 'sources.json') }), log);
    expect(await lost.failure).toMatchObject({ code: 'sources-invalid' });
    const nowhere = { DATABASE_URL: 'postgresql://coffer@127.0.0.1:1/coffer' };
    const waiting = await startWorker(configOf(nowhere), log);
    expect(await health(waiting.metricsPort, 'ready')).toBe(503);
    await waiting.stop();
    await rm(elsewhere, { recursive: true, force: true });
  });
});
