import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { newUuid } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, openDatabase, type Database, type Queryable } from '../index';
import { eraseTables } from '../vault/deletion-statements';
import { statement } from '../statement';
import { noticeChannels } from './notice-channels';
import { outbox } from './outbox';

let server: TestPostgres;
let database: Database;
beforeAll(async () => {
  server = await startTestPostgres({});
  await migrate(server.url);
  database = openDatabase({ url: server.url });
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

const waiting = statement(
  'test-waiting',
  `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%notice_%'`,
);
const left = statement('test-left', 'SELECT count(*)::int AS n FROM notice_outbox WHERE account_id = $1');
const count = async (from = waiting, values: string[] = []): Promise<number> =>
  (await database.rows<{ n: number }>(from, values))[0]!.n;

/** An address that waits for its code, whose message a worker has just sent. */
async function withMessage(): Promise<{ accountId: string; channelId: string; settle: () => Promise<void> }> {
  const [accountId, channelId] = [newUuid(), newUuid()];
  const target = { bytes: new Uint8Array(40), epoch: 1 };
  await noticeChannels.add(database, accountId, { channelId, kind: 'email', target, atMs: Date.now() - 1000 });
  const key = { accountId, channelId, noticeId: channelId };
  expect(await outbox(database).claim(key, 60)).toMatchObject({ attempt: 1 });
  return { accountId, channelId, settle: () => outbox(database).settle(key, 'sent') };
}

/** What `work` does, stopped behind its first change of either table until `settle` waits for it. */
async function meeting(settle: () => Promise<void>, work: (queryable: Queryable) => Promise<unknown>): Promise<void> {
  let settled: Promise<unknown> | undefined;
  await database.transaction(async (transaction) => {
    await work({
      rows: (asked, values) => transaction.rows(asked, values),
      change: async (asked, values) => {
        const changed = await transaction.change(asked, values);
        if (settled === undefined && /notice_(channels|outbox)/.test(asked.text)) {
          settled = settle();
          settled.catch(() => undefined);
          await expect.poll(() => count(), { timeout: 20_000, interval: 20 }).toBe(1);
        }
        return changed;
      },
    });
  });
  await settled;
}

describe('a message that ends', () => {
  it('and the removal of its address wait for each other in one order only', async () => {
    const { accountId, channelId, settle } = await withMessage();
    await meeting(settle, (queryable) => noticeChannels.remove(queryable, accountId, channelId));
    expect(await count(left, [accountId])).toBe(0);
    expect(await noticeChannels.list(database, accountId)).toEqual([]);
  });

  it('and the last wrong code do, too', async () => {
    const { accountId, channelId, settle } = await withMessage();
    await meeting(settle, (queryable) => noticeChannels.countWrongCode(queryable, accountId, channelId, 1));
    expect(await count(left, [accountId])).toBe(0);
  });

  it('and the erasure of its account do, too', async () => {
    const { accountId, settle } = await withMessage();
    await meeting(settle, async (queryable) => {
      for (const erase of eraseTables) await queryable.change(erase, [accountId]);
    });
    expect(await count(left, [accountId])).toBe(0);
  });
});
