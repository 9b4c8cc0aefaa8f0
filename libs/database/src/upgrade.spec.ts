import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate';
import { migrations } from './migrations';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

/** An account with every kind of row, as the first version of the tables holds it. */
const firstRows = `
  INSERT INTO accounts (account_id, issuer, subject, created_at, owner_generation, key_id, owner_public_key, owner_bound_at)
    VALUES ('018f0000-0000-7000-8000-000000000001', 'https://issuer', 'old', '2026-01-02T03:04:05.678Z', 1, '\\x0102030405060708', '\\xaa', now());
  INSERT INTO budgets VALUES ('018f0000-0000-7000-8000-000000000001', 3, 7, '2026-01-02T04:00:00Z', 9007199254740991);
  INSERT INTO challenges VALUES ('018f0000-0000-7000-8000-000000000001', '\\xc0', 'statement', now());
  INSERT INTO notices VALUES ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', now(), 'guess', 'warning', 'title', 'text', 1);
  INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
    VALUES ('018f0000-0000-7000-8000-000000000001', 1, '\\xe0', '\\xe1', '\\xe2', '\\xe3', 'account-opened', now(), 10, 0, NULL, 0);
  INSERT INTO ledger_queue (account_id, number) VALUES ('018f0000-0000-7000-8000-000000000001', 1);
  INSERT INTO keyslots VALUES
    ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000003', 'password', '\\x0102030405060708', 5, 'active', '2026-01-03T00:00:00Z', NULL),
    ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000004', 'digits', '\\x0102030405060708', 0, 'removed', '2026-01-04T00:00:00Z', now());
  INSERT INTO password_records (account_id, serial, keyslot_id, sealed, sealing_epoch)
    VALUES ('018f0000-0000-7000-8000-000000000001', 5, '018f0000-0000-7000-8000-000000000003', '\\x5ea1ed', 1);
  INSERT INTO registrations (account_id, registration_id, state, serial, previous_serial, generation, idempotency_key, request_hash, response,
      sealing_epoch, opened_at, expires_at)
    VALUES ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000005', 'open', 6, 5, 1, 'k', '\\x01', '\\x02', 1, now(), now());
  INSERT INTO logins (account_id, login_id, ke1_hash, serial, attempt, remaining, created_at, expires_at, event_number, ke2, state_sealed, sealing_epoch)
    VALUES ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000006', '\\x11', 5, 7, 3, now(), now(), 1, '\\x22', '\\x33', 1);
  INSERT INTO due_shreds VALUES ('018f0000-0000-7000-8000-000000000001', 5, now());
  INSERT INTO vault_state (id, vault_id, sealing_root_id, opaque_public_key, ledger_key, certificate_key)
    VALUES (1, '\\x01', '\\x02', '\\x03', 'ledger', 'certificate');
  INSERT INTO vault_secrets VALUES ('opaque', '\\x5ea1ed', 1);
  INSERT INTO sealing_epochs (epoch, key_id) VALUES (1, '\\x01');`;

/** What came with the second migration, and has a date that a later one reads. */
const repositoryRows = `
  INSERT INTO repositories (account_id, repository_id, key_id, head_generation, head_hash, head_statement, head_signature, head_body, head_at)
    VALUES ('018f0000-0000-7000-8000-000000000001', '\\x000102030405060708090a0b0c0d0e0f', '\\x0102030405060708', 1, '\\x01', '\\x02', '\\x03', '\\x04',
      '2026-02-01T00:00:00Z');`;

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every row of every table that has rows. */
async function everyRow(client: Client): Promise<Rows> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_name <> '_prisma_migrations' ORDER BY 1`,
  );
  const found: [string, readonly Record<string, unknown>[]][] = [];
  for (const { name } of tables) {
    const text = `SELECT to_jsonb(t) AS row FROM "${name}" t ORDER BY to_jsonb(t)::text`;
    const { rows } = await client.query<{ row: Record<string, unknown> }>(text);
    if (rows.length > 0) found.push([name, rows.map(({ row }) => row)]);
  }
  return Object.fromEntries(found);
}

describe('a database of an earlier version', () => {
  it.each([
    ['the first', 1],
    ['the one before this', migrations.length - 1],
  ])('keeps every row and every value when it comes from %s', async (_, count) => {
    const owner = new Client({ connectionString: server.url });
    await owner.connect();
    await owner.query(`CREATE DATABASE from_${count}`);
    await owner.end();
    const url = new URL(server.url);
    url.pathname = `/from_${count}`;
    await migrate(url.href, migrations.slice(0, count));
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(`SET TimeZone TO 'UTC'`);
      await client.query(count === 1 ? firstRows : firstRows + repositoryRows);
      const before = await everyRow(client);
      expect(Object.keys(before).length).toBeGreaterThan(12);
      expect(await migrate(url.href)).toEqual(migrations.slice(count).map(({ name }) => name));
      const after = await everyRow(client);
      // Columns may have come, never gone or changed, and no row has.
      for (const [table, rows] of Object.entries(before)) {
        expect(after[table]).toHaveLength(rows.length);
        for (const row of rows) expect(after[table]).toContainEqual(expect.objectContaining(row));
      }
      // What a migration fills in by itself.
      const checked = { proven_at: '2026-01-03T00:00:00+00:00', next_at: '2026-01-04T00:00:00+00:00' };
      if (count < 8) expect(after['key_checks']).toMatchObject([checked]);
      if (count > 1) expect(after['repositories']).toMatchObject([{ backup_at: '2026-02-01T00:00:00+00:00' }]);
      expect(await migrate(url.href)).toEqual([]);
    } finally {
      await client.end();
    }
  });
});
