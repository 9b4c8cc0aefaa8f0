import 'reflect-metadata';
import { randomBytes } from '@coffer/crypto';
import { fromBase64Url, newUuid } from '@coffer/foundation';
import { Recovery, sealedRecordBytes, type AccountRow } from '@coffer/key-vault';
import { createLogger } from '@coffer/observability';
import { isLongRun, proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../src/config';
import { startVault, type RunningVault } from '../src/runtime/start-vault';
import { serviceParts } from '../src/vault/vault-services.module';
import { largestT, tellingBound } from './timing/welch';
import { startBench, type VaultBench } from './vault-bench';

/*
 * P6 by the clock, the way of dudect: how long the guess routes' services take over a real PostgreSQL, for accounts with a
 * record and without, in random order. A second class with records is the control: what tells it from the first is the
 * machine's. The wait for the anchor, the same for all and far longer than what is looked for, is left out.
 */
const accountsPerClass = proofSize({ sample: 30, long: 600 });
const guessesPerAccount = 10;
const refusalsPerAccount = proofSize({ sample: 4, long: 40 });

const classes = ['known', 'control', 'unknown'] as const;
type Class = (typeof classes)[number];
type Durations = Readonly<Record<Class, number[]>>;
interface Person {
  readonly kind: Class;
  readonly account: AccountRow;
}

let bench: VaultBench;
let vault: RunningVault;
let recovery: Recovery;
const began = performance.now();
const people: Person[] = [];
const figures: Record<string, number> = {};

beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  const environment = { COFFER_HOME: bench.home, DATABASE_URL: bench.server.url, COFFER_ISSUER: bench.issuer.url };
  vault = await startVault(
    readConfig({ ...environment, COFFER_GUESS_DELAYS: '0', COFFER_OPAQUE_THREADS: '0' }),
    createLogger('timing', 'fatal'),
  );
  recovery = new Recovery({
    ...serviceParts(vault),
    // A login is ended long after it was begun, when all the others were begun, too.
    policy: { ...vault.config.policy, anchorFreshMs: Number.MAX_SAFE_INTEGER, loginLifeMs: 3_600_000 },
    watch: { acknowledged: async () => Promise.resolve() },
  });
  for (const kind of classes) {
    for (let count = 0; count < accountsPerClass; count += 1) people.push(await person(kind));
  }
}, 1_800_000);

afterAll(async () => {
  await vault.stop();
  await bench.stop();
});

describe('A17: time tells nothing of whether an account has a password keyslot', () => {
  const logins: { readonly person: Person; readonly loginId: string }[] = [];
  /** Logins of each account that no KE3 has ended. */
  const open = new Map<string, string[]>();
  const forge = async ({ account }: Person): Promise<void> => {
    const loginId = open.get(account.accountId)!.pop()!;
    await expect(recovery.finish(account, loginId, randomBytes(64))).rejects.toMatchObject({ code: 'wrong-guess' });
  };
  const countRecords = () => bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM password_records');

  it('and as many bytes are read', async () => {
    const lengths = await bench.sql<{ n: number }>(
      "SELECT length(sealed) AS n FROM password_records UNION SELECT length(sealed) FROM vault_secrets WHERE name = 'dummy-record'",
    );
    expect(lengths).toEqual([{ n: sealedRecordBytes }]);
  });

  it('when a guess is evaluated', async () => {
    const { ke1 } = await bench.device().beginAttempt('wrong');
    const durations = await measured(guessesPerAccount, async ({ kind, account }) => {
      const loginId = newUuid();
      logins.push({ person: { kind, account }, loginId });
      await recovery.start(account, loginId, fromBase64Url(ke1));
    });
    judge('guess', durations);
  }, 1_800_000);

  it('when a wrong KE3 ends it', async () => {
    for (const { account } of people) open.set(account.accountId, []);
    for (const { person, loginId } of logins) open.get(person.account.accountId)!.push(loginId);
    judge('wrong KE3', await measured(guessesPerAccount - 1, forge));
    expect(await countRecords()).toEqual([{ n: 2 * accountsPerClass }]);
  }, 1_800_000);

  it('when no guess is left, when the tenth wrong KE3 shreds the record, and after it', async () => {
    const { ke1 } = await bench.device().beginAttempt('wrong');
    const refuse = async ({ account }: Person): Promise<void> => {
      const started = recovery.start(account, newUuid(), fromBase64Url(ke1));
      await expect(started).rejects.toMatchObject({ code: 'no-attempts-left' });
    };
    judge('locked', await measured(refusalsPerAccount, refuse));
    judge('tenth wrong KE3', await measured(1, forge));
    expect(await countRecords()).toEqual([{ n: 0 }]);
    judge('shredded', await measured(refusalsPerAccount, refuse));
  }, 1_800_000);

  it('as the figures say', () => {
    const told = Object.entries(figures).map(([name, t]) => `${name} ${t.toFixed(2)}`);
    if (isLongRun()) process.stderr.write(`|t|: ${told.join(', ')}\n`);
    expect(told).toHaveLength(10);
    recordProof({
      ...{
        proof: 'unknown-accounts-timing',
        count: accountsPerClass * guessesPerAccount,
        seconds: (performance.now() - began) / 1000,
      },
      asserted: `No |t| of known against unknown reaches ${tellingBound}; the count is of guesses in each class.`,
      figures,
    });
  });
});

async function person(kind: Class): Promise<Person> {
  const device = bench.device();
  const { issuer, subject } = await device.account();
  if (kind !== 'unknown') expect((await device.setPassword('correct horse')).status).toBe(201);
  const { account } = await vault.store.findAccount(issuer, subject);
  return { kind, account: account! };
}

/** How long an act takes in milliseconds: `times` for each account, all in random order, one after the other. */
async function measured(times: number, act: (person: Person) => Promise<void>): Promise<Durations> {
  const order = shuffled(people.flatMap((each) => Array.from({ length: times }, () => each)));
  const durations: Durations = { known: [], control: [], unknown: [] };
  for (const each of order) {
    const began = performance.now();
    await act(each);
    durations[each.kind].push(performance.now() - began);
  }
  return durations;
}

/** The control first: where the machine tells equal classes apart, nothing can be said of others. */
function judge(what: string, { known, control, unknown }: Durations): void {
  figures[`${what}: control`] = largestT(known, control);
  figures[`${what}: unknown`] = largestT([...known, ...control], unknown);
  expect(figures[`${what}: control`], `${what}: the machine tells equal accounts apart`).toBeLessThan(tellingBound);
  expect(figures[`${what}: unknown`], `${what}: unknown accounts are told apart`).toBeLessThan(tellingBound);
}

/** Fisher and Yates, by a generator that follows from the run's seed. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const mixed = [...items];
  let state = runSeedNumber('guess timing') || 1;
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}
