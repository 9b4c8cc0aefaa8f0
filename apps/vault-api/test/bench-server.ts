import { migrate, openDatabase, statement } from '@coffer/database';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';

const template = 'tables_only';

/** By the server's folder: its template, and how many copies of that were made. */
const made = new Map<string, { readonly template: Promise<void>; count: number }>();

/**
 * A new database on a server, with the tables of the newest migration and without rows. The migrations run once for each server;
 * the others are copies, which take a tenth of the time.
 *
 * @returns its URL
 */
export async function makeDatabase(server: TestPostgres): Promise<string> {
  const url = new URL(server.url);
  let here = made.get(server.dataFolder);
  if (here === undefined) {
    const migrated = async (): Promise<void> => {
      await create(server, `CREATE DATABASE ${template}`);
      url.pathname = `/${template}`;
      await migrate(url.href);
    };
    here = { template: migrated(), count: 0 };
    made.set(server.dataFolder, here);
  }
  await here.template;
  const name = `bench_${here.count++}`;
  await create(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  url.pathname = `/${name}`;
  return url.href;
}

/** CREATE DATABASE copies no template that somebody else copies at that moment: one at a time. */
let creating: Promise<unknown> = Promise.resolve();
async function create(server: TestPostgres, text: string): Promise<void> {
  const next = creating.then(async () => {
    const database = openDatabase({ url: server.url, connections: 1 });
    try {
      await database.rows(statement('create-database', text));
    } finally {
      await database.close();
    }
  });
  creating = next.catch(() => undefined);
  await next;
}

/** The server of this test process, from one spec file to the next; it ends with the process, by its watchdog. */
const here = globalThis as { cofferSharedServer?: Promise<TestPostgres> };

/**
 * A database of its own on a server that other benches of this process use too. Whoever crashes it, configures it or copies its
 * folder wants one for himself.
 */
export async function shareServer(): Promise<TestPostgres> {
  const server = await (here.cofferSharedServer ??= startTestPostgres());
  const refuse = async (): Promise<never> => {
    throw new Error('this bench shares its server with others: start it with { ownServer: true }');
  };
  return { ...server, url: await makeDatabase(server), crash: refuse, restart: refuse, stop: async () => undefined };
}
