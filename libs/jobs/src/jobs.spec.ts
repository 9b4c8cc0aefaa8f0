import { setTimeout as pause } from 'node:timers/promises';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import * as jobs from './index';
import { openJobQueue, type JobQueue } from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(jobs).sort()).toEqual([
      'JobsError',
      'allQueues',
      'openJobQueue',
      'queueNames',
      'wholeDeployment',
    ]);
  });
});

describe('JobQueue', () => {
  let postgres: TestPostgres;
  const open: JobQueue[] = [];
  const queue = async (retryLimit = 2): Promise<JobQueue> => {
    const opened = await openJobQueue({
      databaseUrl: postgres.url,
      queues: ['purge', 'sweep'],
      retryLimit,
      retryDelaySeconds: 1,
      pollingSeconds: 0.5,
      onError: () => undefined,
    });
    open.push(opened);
    return opened;
  };
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterEach(async () => {
    for (const opened of open.splice(0)) await opened.stop();
  });
  afterAll(() => postgres.stop());

  it('adds one waiting job per key when the same key is sent many times', async () => {
    const one = await queue();
    const added = await Promise.all(Array.from({ length: 20 }, () => one.send('purge', 'account-1')));
    expect(added.filter(Boolean).length).toBe(1);
    expect(await one.send('purge', 'account-2')).toBe(true);
    const seen: string[] = [];
    await one.work('purge', { concurrency: 1 }, async ({ key }) => void seen.push(key));
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['account-1', 'account-2']);
  });

  it('works on each key once when two processes take from one queue', async () => {
    const [left, right] = [await queue(), await queue()];
    const seen: string[] = [];
    const handler = async ({ key }: { key: string }): Promise<undefined> => void seen.push(key);
    for (let key = 0; key < 40; key++) await left.send('sweep', `account-${key}`);
    await left.work('sweep', { concurrency: 2 }, handler);
    await right.work('sweep', { concurrency: 2 }, handler);
    await until(() => seen.length >= 40);
    await pause(600);
    expect(seen.length).toBe(40);
    expect(new Set(seen).size).toBe(40);
  });

  it('comes back after the time that the handler names', async () => {
    const one = await queue();
    let runs = 0;
    await one.work('purge', { concurrency: 1 }, async () => (++runs < 3 ? 1 : undefined));
    await one.send('purge', 'again');
    await until(() => runs === 3);
    await pause(1500);
    expect(runs).toBe(3);
  });

  it('runs at once when one of the key waits for later and one is sent for now', async () => {
    const one = await queue();
    let runs = 0;
    await one.send('purge', 'later', { afterSeconds: 86_400 });
    await one.work('purge', { concurrency: 1 }, async () => {
      runs++;
      return undefined;
    });
    await pause(1200);
    expect(runs).toBe(0);
    expect(await one.send('purge', 'later')).toBe(false);
    await until(() => runs === 1);
  });

  it('sets a poison job aside after its tries and goes on with others (C14)', async () => {
    const one = await queue(1);
    let tries = 0;
    let others = 0;
    await one.work('purge', { concurrency: 1 }, async ({ key }) => {
      if (key !== 'poison') {
        others++;
        return undefined;
      }
      tries++;
      throw new Error('always');
    });
    await one.send('purge', 'poison');
    await one.send('purge', 'healthy');
    await until(() => tries === 2 && others === 1);
    await until(async () => (await one.figures()).find(({ name }) => name === 'purge')?.failed === 1);
    const [figures] = await one.figures();
    expect(figures).toMatchObject({ name: 'purge', running: 0 });
    expect(figures!.completed).toBeGreaterThan(0);
    const [failure] = await one.failures(10);
    expect(failure).toMatchObject({ name: 'purge', attempts: 2, code: 'unknown' });
    expect(Math.abs(failure!.failedAtMs - figures!.lastCompletedAtMs!)).toBeLessThan(60_000);
  });

  it('gives the job of a worker that was killed to another', async () => {
    const one = await queue();
    await one.send('sweep', 'orphan', { afterSeconds: 60 });
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(
      `UPDATE jobs.job SET state = 'active', started_on = now() - interval '1 minute',
         heartbeat_on = now() - interval '1 minute' WHERE singleton_key = 'orphan'`,
    );
    await client.end();
    let runs = 0;
    await one.work('sweep', { concurrency: 1 }, async () => {
      runs++;
      return undefined;
    });
    await until(() => runs === 1);
  });

  it('refuses a queue that was not opened and a database that does not answer', async () => {
    const one = await queue();
    await expect(one.send('other', 'key')).rejects.toMatchObject({ code: 'unknown-queue' });
    const nowhere = { databaseUrl: 'postgresql://coffer@127.0.0.1:1/coffer', queues: [], onError: () => undefined };
    await expect(openJobQueue(nowhere)).rejects.toMatchObject({ code: 'jobs-unavailable', isRetryable: true });
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error('waited 15 s in vain');
}
