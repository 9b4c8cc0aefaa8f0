import { existsSync } from 'node:fs';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import type { BudgetState, LedgerEvent } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { sealedRecordBytes, type NewEvent, type NewLogin, type NewStartRow, type SealedRow } from '@coffer/key-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  migrate,
  openDatabase,
  PgLedgerStore,
  PgRepairStore,
  PgSealingStore,
  PgVaultStore,
  type Database,
} from '../index';
import { sealedPlaces } from '../sealing/sealed-places';
import { statement } from '../statement';
import { erasedTables } from './deletion-statements';
import { spendGuess } from './lock-statements';
import { readRecord } from './password-statements';
import { consumeLogin, storeEvaluation } from './login-statements';

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const opening: BudgetState = { remaining: 10, attempt: 0, nextAtMs: null, serial: 0 };
const oldest = '/usr/lib/postgresql/15/bin';
const servers: [string, string | undefined][] = [['the embedded server', undefined]];
if (existsSync(`${oldest}/initdb`)) servers.push(['PostgreSQL 15', oldest]);
else process.stderr.write(`SKIPPED PostgreSQL 15: no programs in ${oldest} (apt-get install postgresql-15)\n`);

function eventOf(account: string, number: number, budget: BudgetState, kind: LedgerEvent['kind']): NewEvent {
  const fields = {
    v: 1,
    account,
    number,
    kind,
    atMs: 1_800_000_000_123,
    details: {},
    previousHash: bytes(32, 0),
  } as const;
  const { remaining, attempt, nextAtMs, serial } = budget;
  return {
    ...{ number, event: bytes(40, number), mac: bytes(32), hash: bytes(32), salt: bytes(32) },
    fields: { ...fields, remaining, attempt, nextAtMs, serial },
  };
}

function loginOf(after: BudgetState, nowMs: number, eventNumber: number): NewLogin {
  return {
    ...{ loginId: newUuid(), registrationId: null, ke1Hash: bytes(32), serial: 9_007_199_254_740_991, eventNumber },
    ...{ attempt: after.attempt, remaining: after.remaining, nextGuessAtMs: after.nextAtMs },
    expiresAtMs: nowMs + 120_000,
  };
}

describe.each(servers)('on %s', (_name, programFolder) => {
  let server: TestPostgres;
  let database: Database;
  let store: PgVaultStore;
  beforeAll(async () => {
    server = await startTestPostgres(programFolder === undefined ? {} : { programFolder });
    await migrate(server.url);
    database = openDatabase({ url: server.url, connections: 8 });
    store = new PgVaultStore(database);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  async function newAccount(): Promise<string> {
    const accountId = newUuid();
    const event = eventOf(accountId, 1, opening, 'account-opened');
    await store.createAccount({ accountId, issuer: 'https://issuer', subject: accountId }, opening, event);
    return accountId;
  }

  async function spend(accountId: string, before: BudgetState, after: BudgetState, number = 2): Promise<boolean> {
    const { nowMs } = await store.findAccount('https://issuer', accountId);
    return store.transaction(accountId, (transaction) =>
      transaction.spend(before, after, loginOf(after, nowMs, number), eventOf(accountId, number, after, 'guess')),
    );
  }

  it('erases every table that names an account, but those that are emptied otherwise', async () => {
    const elsewhere = ['ledger_leaves', 'ledger_queue', 'purge_rounds', 'repositories'];
    const { rows } = await database.prisma.$queryRaw<{ name: string }[]>`
      SELECT table_name::text AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'account_id'`.then((found) => ({ rows: found }));
    expect([...erasedTables, ...elsewhere].sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  it('seals anew every column of every table that names a sealing epoch', async () => {
    const named = await database.prisma.$queryRaw<{ name: string }[]>`
      SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c
      WHERE c.table_schema = 'public' AND c.data_type = 'bytea' AND c.column_name ~ '(^|_)sealed$'
        AND EXISTS (SELECT FROM information_schema.columns e WHERE e.table_schema = 'public'
          AND e.table_name = c.table_name AND e.column_name = 'sealing_epoch')`;
    const tables = await database.prisma.$queryRaw<{ name: string }[]>`
      SELECT table_name::text AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name LIKE '%epoch' AND table_name <> 'sealing_epochs'`;
    expect(sealedPlaces.map(({ name }) => name).sort()).toEqual(named.map(({ name }) => name).sort());
    expect([...new Set(sealedPlaces.map(({ table }) => table))].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('reads sealed values page by page, and replaces one only where it is what was read', async () => {
    const sealing = new PgSealingStore(database);
    const accountId = await newAccount();
    const serials = [1, 2, 9_007_199_254_740_991];
    await database.prisma.passwordRecord.createMany({
      data: serials.map((serial) => ({
        ...{ accountId, serial, keyslotId: newUuid(), purpose: `spec-${serial}` },
        ...{ sealed: Buffer.from(bytes(40, serial % 250)), sealingEpoch: 1 },
      })),
    });
    const place = 'password_records.sealed';
    const pages: SealedRow[][] = [];
    let after: SealedRow | undefined;
    do {
      pages.push([...(await sealing.next(place, 2, after, 2))]);
      after = pages.at(-1)!.at(-1);
    } while (pages.at(-1)!.length === 2);
    const rows = pages.flat().filter(({ context }) => context.account === accountId);
    expect(rows.map(({ context }) => context.serial)).toEqual(serials);
    const [first, second, third] = rows as [SealedRow, SealedRow, SealedRow];
    const next = { epoch: 2, bytes: bytes(50) };
    expect(await sealing.replace(place, first, next)).toBe(true);
    expect(await sealing.replace(place, first, next)).toBe(false);
    const changed = { ...second, sealed: { ...second.sealed, bytes: bytes(40, 99) } };
    expect(await sealing.replace(place, changed, next)).toBe(false);
    await database.prisma.passwordRecord.deleteMany({ where: { accountId, serial: third.context.serial } });
    expect(await sealing.replace(place, third, next)).toBe(false);
    const left = (await sealing.next(place, 2, undefined, 100)).filter(({ context }) => context.account === accountId);
    expect(left).toEqual([second]);
    await database.prisma.passwordRecord.deleteMany({ where: { accountId } });
  });

  it('finds new starts and deletions that are due, not those of sealed accounts, which staff must repair first', async () => {
    const [accountId, sealedId] = [await newAccount(), await newAccount()];
    for (const each of [accountId, sealedId]) {
      await store.transaction(each, async (transaction) => {
        const { nowMs } = (await transaction.lock())!;
        await transaction.newStarts.insert({
          ...{
            newStartId: newUuid(),
            state: 'pending',
            ownerGeneration: 1,
            keyId: bytes(8),
            ownerPublicKey: bytes(32),
          },
          ...{ begunAtMs: nowMs - 2_000, opensAtMs: nowMs - 1_000, closesAtMs: nowMs + 1_000, stepAtMs: nowMs - 1_000 },
          ...{ finishedAtMs: null, undoUntilMs: null },
        });
        await transaction.deletion.put({
          ...{ deletionId: newUuid(), state: 'waiting', askedBy: 'login' },
          ...{ askedAtMs: nowMs - 2_000, dueAtMs: nowMs - 1_000, stepAtMs: nowMs - 1_000 },
        });
      });
    }
    await store.transaction(sealedId, (transaction) => transaction.seal('a difference'));
    expect(await store.dueNewStarts(10)).toEqual([accountId]);
    expect(await store.dueDeletions(10)).toEqual([accountId]);
    await store.transaction(accountId, async (transaction) => {
      expect(await transaction.deletion.close()).toBe(true);
      expect(await transaction.deletion.close()).toBe(false);
    });
    expect(await store.dueNewStarts(10)).toEqual([]);
    expect((await store.newStarts(accountId)).map(({ state }) => state)).toEqual(['cancelled']);
  });

  it('reads back under the lock exactly what was written, to the millisecond', async () => {
    const accountId = await newAccount();
    const after = { remaining: 9, attempt: 1, nextAtMs: 1_800_000_000_999, serial: 0 };
    expect(await spend(accountId, opening, after)).toBe(true);
    const locked = await store.transaction(accountId, (transaction) => transaction.lock());
    expect(locked).toMatchObject({
      budget: after,
      last: { number: 2, event: bytes(40, 2), mac: bytes(32) },
      row: { accountId, issuer: 'https://issuer', subject: accountId, ownerGeneration: 0, keyId: null },
      ...{ login: null, sequencedNumber: 0, vaultSealedReason: null },
    });
    expect(await store.transaction(newUuid(), (transaction) => transaction.lock())).toBeUndefined();
  });

  it.each<[string, Partial<BudgetState> & { vetoedUntilMs?: number }, Partial<BudgetState>]>([
    ['no guess is left', { remaining: 0 }, {}],
    ['the next one is not due', { nextAtMs: 4_000_000_000_000 }, {}],
    ['the owner’s veto holds', { vetoedUntilMs: 4_000_000_000_000 }, {}],
    ['the row is not what was read', {}, { remaining: 9 }],
    ['another guess came between', {}, { attempt: 3 }],
    ['the record was replaced', {}, { serial: 5 }],
  ])('spends nothing and writes neither login nor event when %s', async (_case, stored, read) => {
    const accountId = await newAccount();
    const { vetoedUntilMs, ...row } = { ...opening, ...stored };
    await store.transaction(accountId, (transaction) => transaction.veto.set(vetoedUntilMs ?? null));
    await database.prisma.budget.update({
      where: { accountId },
      data: { remaining: row.remaining, nextGuessAt: row.nextAtMs === null ? null : new Date(row.nextAtMs) },
    });
    const before = { ...row, ...read };
    const after = { ...opening, remaining: 8, attempt: 1 };
    expect(await spend(accountId, before, after)).toBe(false);
    expect(await database.prisma.login.count({ where: { accountId } })).toBe(0);
    expect(await database.prisma.ledgerEvent.count({ where: { accountId } })).toBe(1);
    expect(await database.prisma.budget.findUnique({ where: { accountId } })).toMatchObject({
      remaining: row.remaining,
    });
  });

  it('spends again from the instant on at which the veto is over, by its own clock', async () => {
    const accountId = await newAccount();
    const { nowMs } = await store.findAccount('https://issuer', accountId);
    await store.transaction(accountId, (transaction) => transaction.veto.set(nowMs - 1));
    const locked = await store.transaction(accountId, (transaction) => transaction.lock());
    expect([locked?.vetoedUntilMs, locked?.budget]).toEqual([nowMs - 1, opening]);
    expect(await spend(accountId, opening, { ...opening, remaining: 9, attempt: 1 })).toBe(true);
    expect((await store.budget(accountId)).vetoedUntilMs).toBe(nowMs - 1);
  });

  it('lets one of many spends from the same budget through, without any lock before it', async () => {
    const accountId = await newAccount();
    const after = { ...opening, remaining: 9, attempt: 1 };
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => spend(accountId, opening, after, index + 2).catch(() => false)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('A17: reads as much of an account without a password record as of one with it, and knows which is which', async () => {
    const [known, unknown] = [await newAccount(), await newAccount()];
    const record = {
      serial: 9_007_199_254_740_991,
      keyslotId: newUuid(),
      sealed: { epoch: 1, bytes: bytes(sealedRecordBytes) },
    };
    await store.transaction(known, (transaction) => transaction.insertRecord(record));
    const read = (accountId: string) =>
      store.transaction(accountId, async (transaction) => {
        const [row] = await transaction.sql.rows<Readonly<Record<string, unknown>>>(readRecord, [accountId]);
        return { columns: row!, record: await transaction.record() };
      });
    const form = (value: unknown): unknown => (value instanceof Uint8Array ? value.length : String(value).length);
    const [there, absent] = [await read(known), await read(unknown)];
    for (const name of ['recordSerial', 'recordKeyslotId', 'recordSealed', 'recordEpoch']) {
      expect(form(absent.columns[name]), name).toBe(form(there.columns[name]));
    }
    expect(there.record).toEqual(record);
    expect(absent.record).toBeNull();
  });

  it('keeps the first evaluation of a login and gives it to whoever comes later', async () => {
    const accountId = await newAccount();
    const after = { ...opening, remaining: 9, attempt: 1 };
    const login = loginOf(after, Date.now(), 2);
    await store.transaction(accountId, (transaction) =>
      transaction.spend(opening, after, login, eventOf(accountId, 2, after, 'guess')),
    );
    const sealed = { epoch: 1, bytes: bytes(60) };
    const stored = await Promise.all(
      [1, 2, 3].map((fill) => store.storeEvaluation(accountId, login.loginId, bytes(320, fill), sealed)),
    );
    expect(new Set(stored.map((ke2) => ke2?.[0])).size).toBe(1);
    const consume = () =>
      store.transaction(accountId, (transaction) => transaction.consumeLogin(login.loginId, 'wrong', bytes(32), null));
    expect((await Promise.all([consume(), consume(), consume()])).filter(Boolean)).toHaveLength(1);
    const row = await store.transaction(accountId, (transaction) => transaction.login(login.loginId));
    expect(row).toMatchObject({ outcome: 'wrong', state: null, serial: 9_007_199_254_740_991 });
  });

  it('sweeps expired rows oldest first, so many at a time, and waits for none that is held', async () => {
    const accountId = await newAccount();
    const insert = statement(
      'spec-expired',
      `INSERT INTO challenges (account_id, challenge, purpose, expires_at)
       SELECT $1::uuid, decode(lpad(to_hex(n), 64, '0'), 'hex'), 'statement', clock_timestamp() - make_interval(secs => n)
       FROM generate_series(1, $2::int) n`,
    );
    const left = statement('spec-left', 'SELECT count(*)::int AS n FROM challenges WHERE account_id = $1');
    // Numbers are their ages in seconds.
    const ages = statement(
      'spec-ages',
      `SELECT get_byte(challenge, 31) AS age FROM challenges
       WHERE account_id = $1 AND expires_at < clock_timestamp() ORDER BY age`,
    );
    const hold = statement('spec-hold', 'SELECT 1 FROM challenges WHERE account_id = $1 AND challenge = $2 FOR UPDATE');
    await database.change(insert, [accountId, 250]);
    await store.issueChallenge(accountId, bytes(32, 9), 'statement', 300);
    const held = new Uint8Array(32).fill(200, 31);
    await database.transaction(async (transaction) => {
      await transaction.rows(hold, [accountId, held]);
      expect(await store.sweep(100)).toBe(true);
      // The hundred oldest went, but for the one that is held.
      const rows = await database.rows<{ age: number }>(ages, [accountId]);
      expect(rows.map(({ age }) => age)).toEqual([...Array.from({ length: 149 }, (_, n) => n + 1), 200]);
      expect(await store.sweep(100)).toBe(true);
      expect(await store.sweep(100)).toBe(false);
      expect(await database.rows(left, [accountId])).toMatchObject([{ n: 2 }]);
    });
    expect(await store.sweep(100)).toBe(false);
    // What has not expired stays.
    expect(await database.rows(left, [accountId])).toMatchObject([{ n: 1 }]);
  });

  it('reads back what a repair has made of an account, and ends what was open', async () => {
    const [accountId, repairs] = [await newAccount(), new PgRepairStore(database)];
    await store.issueChallenge(accountId, bytes(32, 9), 'statement', 300);
    await store.transaction(accountId, (transaction) => transaction.seal('a difference'));
    const budget = { remaining: 3, attempt: 7, nextAtMs: 1_800_000_000_999, serial: 0 };
    const events = [
      eventOf(accountId, 1, opening, 'account-opened'),
      eventOf(accountId, 2, budget, 'account-repaired'),
    ];
    const owner = { generation: 2, keyId: bytes(8, 2), ownerPublicKey: bytes(32, 2) };
    const digits = { keyslotId: newUuid(), kind: 'digits', keyId: bytes(8, 2), serial: 0, state: 'active' } as const;
    const newStart: NewStartRow = {
      ...{ newStartId: newUuid(), state: 'finished', ownerGeneration: 1, keyId: bytes(8), ownerPublicKey: bytes(32) },
      ...{
        begunAtMs: 1_000,
        opensAtMs: 2_000,
        closesAtMs: 3_000,
        finishedAtMs: 2_500,
        undoUntilMs: 9_000,
        stepAtMs: 9_000,
      },
    };
    await repairs.repairAccount(accountId, async (transaction) => {
      expect((await transaction.evidence())?.row.sealedReason).toBe('a difference');
      await transaction.write({
        ...{ events, sequencedNumber: 1, budget, vetoedUntilMs: 1_900_000_000_001, owner, endedKeyslots: [] },
        newKeyslots: [{ ...digits, provenAtMs: 1_700_000_000_000 }],
        ...{ newStarts: [newStart], deletion: null, removedRepositories: [] },
        notice: {
          ...{ noticeId: newUuid(), atMs: 1_000, kind: 'account-repaired', severity: 'warning', title: '', text: '' },
          eventNumber: 2,
        },
      });
    });
    const found = await repairs.repairAccount(accountId, (transaction) => transaction.evidence());
    expect(found).toMatchObject({
      row: { sealedReason: null, ownerGeneration: 2, keyId: owner.keyId, ownerPublicKey: owner.ownerPublicKey },
      ...{ budget, vetoedUntilMs: 1_900_000_000_001, recordSerial: 0, queued: [2], leaves: [] },
      ...{ keyslots: [digits], newStarts: [newStart] },
    });
    expect(
      found!.events.map(({ number, event, figures }) => [number, event, figures.remaining, figures.nextAtMs]),
    ).toEqual([
      [1, events[0]!.event, 10, null],
      [2, events[1]!.event, 3, 1_800_000_000_999],
    ]);
    expect(await database.prisma.challenge.count({ where: { accountId } })).toBe(0);
    expect((await repairs.evidences('accounts', null, 100)).map(({ row }) => row.accountId)).not.toContain(accountId);
    expect(await repairs.known([accountId, newUuid()])).toEqual(new Set([accountId]));
  });

  it('puts leaves in the place of others, of an account or of nobody, and cuts tree and hashes', async () => {
    const [accountId, repairs] = [await newAccount(), new PgRepairStore(database)];
    const leaf = (leafIndex: number, number: number | null) => {
      const place = number === null ? { accountId: null, number } : { accountId, number };
      return { leafIndex, entry: bytes(32, leafIndex), ...place };
    };
    const nodes = [0, 1, 2].map((index) => ({ level: 0, index, hash: bytes(32, index) }));
    await repairs.repairTree(async (transaction) => {
      await transaction.putLeaves([leaf(900, 1), leaf(901, null), leaf(902, 3)]);
      await transaction.putNodes([...nodes, { level: 1, index: 0, hash: bytes(32) }]);
      // Number 3 moves: a number stands once.
      await transaction.putLeaves([leaf(901, 3)]);
      await transaction.putNodes([{ level: 1, index: 0, hash: bytes(32, 1) }]);
    });
    const places = async () => (await repairs.leaves(900, 10)).map(({ leafIndex, number }) => [leafIndex, number]);
    expect(await places()).toEqual([
      [900, 1],
      [901, 3],
    ]);
    // The event of leaf 900 waits no more: it is in the tree.
    const [evidence] = (await repairs.evidences('vault', null, 1_000)).filter(({ row }) => row.accountId === accountId);
    expect(evidence!.queued).toEqual([]);
    await repairs.repairTree((transaction) => transaction.cut(2));
    expect(await places()).toEqual([]);
    const asked = [...nodes, { level: 1, index: 0 }];
    expect(await repairs.hashes.read(asked)).toEqual([bytes(32, 0), bytes(32, 1), bytes(32, 1)]);
  });

  it('queues every event once, and hands the queue out in the order of each account', async () => {
    const ledger = new PgLedgerStore(database);
    const accountId = await newAccount();
    await spend(accountId, opening, { ...opening, remaining: 9, attempt: 1 });
    const queued = await ledger.transaction((transaction) => transaction.queued(1_000));
    const mine = queued.filter((event) => event.accountId === accountId);
    expect(mine.map(({ number, sequencedNumber }) => [number, sequencedNumber])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

describe('the hot statements', () => {
  it('are one conditional statement each', () => {
    expect(spendGuess.text).toContain(
      'UPDATE budgets SET remaining = $5, attempt = $6, next_guess_at = to_timestamp($7::bigint / 1000.0) ' +
        'WHERE account_id = $1 AND remaining > 0 AND (next_guess_at IS NULL OR next_guess_at <= clock_timestamp()) ' +
        'AND (vetoed_until IS NULL OR vetoed_until <= clock_timestamp()) AND remaining = $2 AND attempt = $3 AND active_serial = $4',
    );
    expect(spendGuess.text.match(/FROM spent/g)).toHaveLength(4);
    expect(storeEvaluation.text).toContain('ke2 IS NULL AND state_sealed IS NULL AND outcome IS NULL');
    expect(storeEvaluation.text).toContain('expires_at > clock_timestamp()');
    expect(consumeLogin.text).toContain('state_sealed IS NOT NULL AND outcome IS NULL');
    for (const { text } of [spendGuess, storeEvaluation, consumeLogin]) expect(text).not.toContain(';');
  });
});
