import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { newUuid } from '@coffer/foundation';
import { toDatabaseError } from './errors';
import * as library from './index';
import { durabilityProblems, migrate, openDatabase, statement, type Database } from './index';
import { migrations } from './migrations';

let server: TestPostgres;
let database: Database;

beforeAll(async () => {
  server = await startTestPostgres();
  await migrate(server.url);
  database = openDatabase({ url: server.url, connections: 4 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

const insert = statement(
  'spec-insert',
  'INSERT INTO accounts (account_id, issuer, subject, key_id) VALUES ($1, $2, $3, $4)',
);
const find = statement('spec-find', 'SELECT subject, key_id AS "keyId" FROM accounts WHERE account_id = $1');
const one = statement('spec-one', 'SELECT 1::bigint AS n');

describe('toDatabaseError', () => {
  it('says what to mend where the server does not know the user, and not the address', async () => {
    const url = Object.assign(new URL(server.url), { username: 'nobody', password: 'not-to-be-said' });
    const error: unknown = await migrate(url.href).catch((thrown: unknown) => thrown);
    const message = expect.stringMatching(/does not let this user in: .*SQLSTATE 28/) as unknown;
    expect(error).toMatchObject({ code: 'failed', message });
    expect(String(error)).not.toContain('not-to-be-said');
  });

  it.each([
    ['3D000', /no database of this name/],
    ['42501', /has to own the database/],
    ['22023', /refused the statement/],
  ])('has words for SQLSTATE %s', (code, words) => {
    expect(toDatabaseError({ code, message: 'database "secret" does not exist' }).message).toMatch(words);
  });
});

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
      [
        "DatabaseError",
        "OpsFigures",
        "PgAccountTransaction",
        "PgAnchorWatch",
        "PgLedgerStore",
        "PgRepairStore",
        "PgRepairs",
        "PgSealedRows",
        "PgSealingStore",
        "PgVaultState",
        "PgVaultStore",
        "RepositoryRemovals",
        "clockMs",
        "durabilityProblems",
        "fromMs",
        "instantMs",
        "keyChecks",
        "migrate",
        "missingBackups",
        "noticeChannels",
        "openDatabase",
        "outbox",
        "pendingMigrations",
        "purgeEdits",
        "purgeLedger",
        "purgeMandates",
        "purgeReader",
        "purgeStore",
        "repositoryStore",
        "statement",
        "storageCounts",
        "vaultVitals",
      ]
    `);
  });
});

describe('migrate', () => {
  it('finds nothing to do the second time, also when two processes start together', async () => {
    expect(await Promise.all([migrate(server.url), migrate(server.url)])).toEqual([[], []]);
  });

  it('has the engine judge a history that differs in whether a migration was finished', async () => {
    expect(await migrate(server.url)).toEqual([]);
    await database.prisma.$executeRawUnsafe(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '0002%'`,
    );
    await expect(migrate(server.url)).rejects.toMatchObject({ code: 'migration-refused' });
    await database.prisma.$executeRawUnsafe(
      `UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name LIKE '0002%'`,
    );
  });

  it('refuses an edited history and leaves the database as it was', async () => {
    const edited = migrations.map((migration) => ({ ...migration, sql: `${migration.sql}\n-- edited` }));
    await expect(migrate(server.url, edited)).rejects.toMatchObject({ code: 'migration-refused' });
  });

  it('leaves a database alone that a later version has moved on', async () => {
    expect(await migrate(server.url, [])).toEqual([]);
  });

  it('says that it is unavailable when no server answers', async () => {
    await expect(migrate('postgresql://coffer:none@127.0.0.1:1/coffer')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('transaction', () => {
  it('keeps what it committed and forgets what threw', async () => {
    const kept = newUuid();
    const dropped = newUuid();
    await database.transaction(async (transaction) => {
      await transaction.change(insert, [kept, 'https://issuer', 'kept', Uint8Array.of(0, 255)]);
    });
    const work = database.transaction(async (transaction) => {
      await transaction.change(insert, [dropped, 'https://issuer', 'dropped', null]);
      throw new RangeError('no');
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(await database.rows(find, [kept])).toEqual([{ subject: 'kept', keyId: Uint8Array.of(0, 255) }]);
    expect(await database.rows(find, [dropped])).toEqual([]);
  });

  it('names the constraint and quotes no value when a key exists', async () => {
    const subject = 'canary-subject';
    await database.change(insert, [newUuid(), 'https://issuer', subject, null]);
    const again = database.change(insert, [newUuid(), 'https://issuer', subject, null]);
    await expect(again).rejects.toMatchObject({
      code: 'unique-violation',
      fields: { constraint: 'accounts_issuer_subject_key' },
    });
    await again.catch((error: unknown) => expect(JSON.stringify([error, String(error)])).not.toContain(subject));
  });

  it('sends nothing any more once it has ended, for it would be committed by itself', async () => {
    const [first, late] = [newUuid(), newUuid()];
    let isLateRefused: Promise<unknown> = Promise.resolve();
    const work = database.transaction(async (transaction) => {
      await transaction.change(insert, [first, 'https://issuer', first, null]);
      isLateRefused = (async () => {
        await pause(50);
        await transaction.change(insert, [late, 'https://issuer', late, null]);
      })();
      await Promise.all([isLateRefused, transaction.rows(statement('spec-refused', 'SELECT 1 / 0'))]);
    });
    await expect(work).rejects.toMatchObject({ code: 'failed', fields: { sqlState: '22012' } });
    await expect(isLateRefused).rejects.toMatchObject({ code: 'failed' });
    expect(await Promise.all([database.rows(find, [first]), database.rows(find, [late])])).toEqual([[], []]);
  });

  it('gives reads that are sent together a snapshot each, the second after the lock of the first', async () => {
    const account = newUuid();
    await database.change(insert, [account, 'https://issuer', 'before', null]);
    const lockRow = statement('spec-lock', 'SELECT subject FROM accounts WHERE account_id = $1 FOR UPDATE');
    const rename = statement('spec-rename', 'UPDATE accounts SET subject = $2 WHERE account_id = $1');
    const [locked, hold] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const holder = database.transaction(async (transaction) => {
      await transaction.change(rename, [account, 'renamed']);
      locked.resolve(undefined);
      await hold.promise;
    });
    await locked.promise;
    const waiter = database.transaction((transaction) =>
      Promise.all([transaction.rows(lockRow, [account]), transaction.rows(find, [account])]),
    );
    await pause(50);
    hold.resolve(undefined);
    await holder;
    expect(await waiter).toMatchObject([[{ subject: 'renamed' }], [{ subject: 'renamed' }]]);
  });

  it('is never taken for done when the server dies before COMMIT is answered (A05)', async () => {
    const account = newUuid();
    const work = database.transaction(async (transaction) => {
      await transaction.change(insert, [account, 'https://issuer', account, null]);
      await server.crash();
    });
    await expect(work).rejects.toMatchObject({ code: 'outcome-unknown', isRetryable: true });
    await expect(database.rows(one)).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await expect.poll(async () => database.rows(one).catch(() => []), { timeout: 10_000 }).toEqual([{ n: 1 }]);
    expect(await database.rows(find, [account])).toEqual([]);
  });
});

describe('prisma', () => {
  it('reads and writes over the same pool', async () => {
    const accountId = newUuid();
    await database.prisma.account.create({
      data: { accountId, issuer: 'https://issuer', subject: accountId, keyId: Uint8Array.of(7, 0) },
    });
    expect(await database.rows(find, [accountId])).toEqual([{ subject: accountId, keyId: Uint8Array.of(7, 0) }]);
    await database.prisma.budget.create({ data: { accountId, remaining: 10, activeSerial: 9_007_199_254_740_991n } });
    const found = await database.prisma.budget.findUniqueOrThrow({ where: { accountId } });
    expect(found).toMatchObject({ remaining: 10, activeSerial: 9_007_199_254_740_991n, nextGuessAt: null });
  });

  it('is refused by the database when a budget leaves 0 to 10 (A28)', async () => {
    for (const remaining of [-1, 11]) {
      await expect(database.prisma.budget.create({ data: { accountId: newUuid(), remaining } })).rejects.toThrow();
    }
  });
});

describe('session', () => {
  it('tells once when its connection is lost', async () => {
    let lost = 0;
    const session = await database.session(() => lost++);
    const pid = statement('spec-pid', 'SELECT pg_backend_pid() AS pid');
    const [row] = await session.rows<{ pid: number }>(pid);
    await database.rows(statement('spec-kill', 'SELECT pg_terminate_backend($1::int)'), [row!.pid]);
    await expect.poll(() => lost).toBe(1);
    await expect(session.rows(one)).rejects.toMatchObject({ code: 'unavailable' });
    await session.close();
    expect(lost).toBe(1);
  });
});

describe('durabilityProblems', () => {
  it('finds none when the server keeps what it acknowledges', async () => {
    expect(await durabilityProblems(database)).toEqual([]);
  });

  it.each([
    ['synchronous_commit', 'off', /synchronous_commit is off/],
    ['synchronous_commit', 'local', /synchronous_commit is local/],
    ['fsync', 'off', /fsync is off/],
    ['full_page_writes', 'off', /full_page_writes is off/],
    ['default_transaction_read_only', 'on', /read-only/],
  ])('names %s when it is %s (A07)', async (name, value, problem) => {
    const alter = (sql: string): Promise<unknown> => database.prisma.$executeRawUnsafe(sql);
    await alter(`ALTER SYSTEM SET ${name} = ${value}`);
    await alter('SELECT pg_reload_conf()');
    try {
      await expect.poll(() => durabilityProblems(database)).toEqual([expect.stringMatching(problem)]);
    } finally {
      await alter(`ALTER SYSTEM RESET ${name}`);
      await alter('SELECT pg_reload_conf()');
      await expect.poll(() => durabilityProblems(database)).toEqual([]);
    }
  });
});
