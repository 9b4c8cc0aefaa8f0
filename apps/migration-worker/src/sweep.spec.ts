import { setTimeout as pause } from 'node:timers/promises';
import { queueNames, wholeDeployment, type JobQueue } from '@coffer/jobs';
import { createLogger, createMetrics } from '@coffer/observability';
import { describe, expect, it } from 'vitest';
import { Sweep } from './sweep';
import { workerMetrics } from './worker-metrics';

const log = createLogger('test', 'silent');

function sweepOver(accounts: { unseen: readonly string[]; claimed: readonly string[] }) {
  const sent: string[] = [];
  const queue: JobQueue = {
    send: async (name, key, { afterSeconds = 0 } = {}) => {
      sent.push(`${name} ${key} ${afterSeconds}`);
      return true;
    },
    work: () => Promise.reject(new Error('not asked')),
    figures: async () => [],
    failures: async () => [],
    stop: async () => undefined,
  };
  const store = {
    unseenAccounts: async () => accounts.unseen,
    claimedAccounts: async (after: string | null, limit: number) => {
      const from = after === null ? 0 : accounts.claimed.indexOf(after) + 1;
      return accounts.claimed.slice(from, from + limit);
    },
  };
  const metrics = workerMetrics(createMetrics('test'));
  return { sent, sweep: new Sweep({ store, queue, metrics, log }) };
}

describe('Sweep', () => {
  it('sends new accounts at once, and leaves the time of all others as it is', async () => {
    const { sent, sweep } = sweepOver({ unseen: ['new'], claimed: ['new', 'old'] });
    sweep.start();
    await pause(20);
    await sweep.stop();
    const { purge, storageCount } = queueNames;
    const count = `${storageCount} ${wholeDeployment} 1`;
    expect(sent).toEqual([`${purge} new 0`, `${purge} new 1`, `${purge} old 1`, count]);
  });

  it('goes through all accounts page by page', async () => {
    const claimed = Array.from({ length: 2_500 }, (_, index) => String(index));
    const { sent, sweep } = sweepOver({ unseen: [], claimed });
    sweep.start();
    await expect.poll(() => sent.length).toBe(2_501);
    await sweep.stop();
    expect(sent.slice(0, -1)).toEqual(claimed.map((account) => `${queueNames.purge} ${account} 1`));
  });

  it('goes on when the database did not answer', async () => {
    const { sweep } = sweepOver({ unseen: [], claimed: [] });
    const broken = new Sweep({
      ...{ metrics: workerMetrics(createMetrics('test')), log },
      store: { unseenAccounts: () => Promise.reject(new Error('gone')), claimedAccounts: async () => [] },
      queue: {} as JobQueue,
    });
    broken.start();
    await pause(10);
    await broken.stop();
    await sweep.stop();
  });
});
