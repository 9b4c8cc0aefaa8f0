import { decodeLedgerEvent } from '@coffer/evidence';
import { randomBytes } from '@coffer/crypto';
import { isLongRun, proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from './api-process';
import { deleteNow, ownedAccount, storedObjects, tablesWith } from './erased-account';
import { requireSoundBooks } from './ledger-books';
import type { RepositoryDevice } from './repository-device';
import { stretchTripWire, type TripMoment, type TripWire } from './trip-wire';
import { startBench, type VaultBench } from './vault-bench';

/** Everything that a deletion changes, in its order: what is sent to PostgreSQL, and each COMMIT. */
const steps = [
  ['close-account'],
  ['clear-closed-account'],
  ['clear-closed-account', 'COMMIT'],
  ['repository_lock_removed'],
  ['repository_lock_removed', 'COMMIT'],
  ['repository_forget'],
  ['repository_forget', 'COMMIT'],
  ['is-erasable'],
  ['count-leaves'],
  ['count-leaves', 'COMMIT'],
  // The vault's own chain says what is coming.
  ['count-leaves', 'COMMIT', 'insert-event'],
  ['count-leaves', 'COMMIT', 'insert-event', 'COMMIT'],
  ['free-leaves'],
  ['erase-ledger_events'],
  ['erase-accounts'],
  ['erase-accounts', 'COMMIT'],
] as const;

interface Kill {
  /** Index of `steps`. */
  readonly step: number;
  readonly moment: TripMoment;
}

const moments = ['before', 'after'] as const;
const single = steps.flatMap((_, step) => moments.map((moment): readonly Kill[] => [{ step, moment }]));
/** Deletions that are killed again and again on their way, later each time. */
const repeated = fc.sample(
  fc
    .uniqueArray(fc.record({ step: fc.nat({ max: steps.length - 1 }), moment: fc.constantFrom(...moments) }), {
      minLength: 3,
      maxLength: proofSize({ sample: 3, long: 6 }),
      selector: ({ step }) => step,
    })
    .map((kills): readonly Kill[] => kills.toSorted((one, other) => one.step - other.step)),
  { numRuns: proofSize({ sample: 1, long: 20 }), seed: runSeedNumber('erasure kills') },
);
const deletions = [...(isLongRun() ? single : []), ...repeated];

let bench: VaultBench;
let wire: TripWire;
let doomed: ApiProcess;
beforeAll(async () => {
  bench = await startBench(0, { COFFER_TEST_WAITS: '600,600,600,1,1', COFFER_LEDGER_CHECK_SECONDS: '0.5' });
  wire = await stretchTripWire(bench.server.port);
  doomed = await start();
}, 180_000);
afterAll(async () => {
  await bench.stop();
  await wire.stop();
});

/** A process whose every statement goes through the wire. */
function start(): Promise<ApiProcess> {
  return bench.start({ DATABASE_URL: bench.server.url.replace(`:${bench.server.port}/`, `:${wire.port}/`) });
}

/**
 * Asks for the deletion where the account is still open. A process that is started again goes on with one that was begun, up to the
 * end, and a request that comes after that opens a new account, of which nothing can be deleted.
 */
async function close(mine: RepositoryDevice, accountId: string): Promise<void> {
  if (!(await isOpen(accountId))) return;
  const answer = await deleteNow(mine.device).catch(() => undefined);
  if (answer?.status === 410) expect(answer.body['code']).toBe('account-closed');
  else if (answer !== undefined) expect(answer.status).toBe(200);
}

/** Whether nothing has happened yet. */
async function isOpen(accountId: string): Promise<boolean> {
  const open = await bench.sql('SELECT 1 FROM accounts WHERE account_id = $1::uuid AND closed_at IS NULL', [accountId]);
  return open.length > 0;
}

/**
 * Kills the only process there is at one step of the deletion, and starts the next one.
 *
 * @returns whether it came to that: the process before may have been let go on past that step, up to the end
 */
async function killOnce(mine: RepositoryDevice, accountId: string, { step, moment }: Kill): Promise<boolean> {
  const victim = doomed;
  const wired = { isTripped: false };
  wire.armFor(steps[step]!, moment, () => {
    wired.isTripped = true;
    process.kill(victim.pid, 'SIGKILL');
  });
  // Asked for with the wire armed: an account that a kill left open is closed under the next one.
  await close(mine, accountId);
  const isOver = async (): Promise<boolean> => wired.isTripped || (await tablesWith(bench, accountId)).length === 0;
  await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
  wire.disarm();
  if (!wired.isTripped) return false;
  expect(await victim.ended).toBeNull();
  doomed = await start();
  mine.device.api = doomed;
  return true;
}

const began = performance.now();
const erased = new Set<string>();
let kills = 0;

describe('the deletion of an account, killed', { timeout: proofSize({ sample: 600_000, long: 7_200_000 }) }, () => {
  it.each(deletions.map((each) => [each.map(nameOf).join(', then '), each] as const))(
    'C20: %s: ends erased, with no row, no object and no name left',
    async (_name, points) => {
      const mine = await ownedAccount(bench.device(doomed));
      await Promise.all(Array.from({ length: 30 }, (_, n) => mine.put(`packs/1/bb/bb${10 + n}`, randomBytes(500))));
      const { accountId } = await mine.device.account();
      for (const [index, point] of points.entries()) {
        const isKilled = await killOnce(mine, accountId, point);
        // Of several kills only the first is sure to find its step still to come.
        expect(isKilled || index > 0).toBe(true);
        kills += Number(isKilled);
      }
      await close(mine, accountId);
      await expect.poll(() => tablesWith(bench, accountId), { timeout: 60_000, interval: 200 }).toEqual([]);
      expect(storedObjects(bench, mine)).toBe(0);
      // Whoever signs in later begins anew, and nothing of the old account comes back.
      const later = await bench.device(doomed, mine.device.subject).account();
      expect(later.accountId).not.toBe(accountId);
      expect(later.ownerGeneration).toBe(0);
      expect(await tablesWith(bench, accountId)).toEqual([]);
      erased.add(accountId);
    },
  );

  it('leaves a ledger that holds, and says of each of them once how many leaves are nobody’s', async () => {
    expect(erased.size).toBe(deletions.length);
    const before = Date.now();
    const checked = `SELECT check_holds AS holds FROM ledger_state WHERE checked_at > to_timestamp($1::float8 / 1000)`;
    await expect.poll(() => bench.sql(checked, [before]), { timeout: 60_000 }).toEqual([{ holds: true }]);
    const { events, leaves } = await requireSoundBooks(bench, doomed.url);
    const told = new Map<string, number>();
    const rows = await bench.sql<{ event: Uint8Array }>(
      `SELECT event FROM ledger_events WHERE kind = 'account-erased'`,
    );
    for (const { event } of rows) {
      const { details } = decodeLedgerEvent(event);
      const of = details['deletionId'] as string;
      // A process that died in between says it again, and the same.
      expect(told.get(of) ?? details['leaves']).toBe(details['leaves']);
      told.set(of, Number(details['leaves']));
    }
    expect(told.size).toBe(erased.size);
    expect([...told.values()].reduce((sum, each) => sum + each, 0)).toBe(leaves - events);
    expect(await bench.sql('SELECT 1 FROM vault_state WHERE sealed_at IS NOT NULL')).toEqual([]);
    expect(storedObjects(bench)).toBe(0);
    recordProof({
      proof: 'erasure-kill-points',
      count: kills,
      seconds: (performance.now() - began) / 1000,
      asserted:
        'After a SIGKILL of the only process before or after a statement of a deletion, or several one after the other, the next ' +
        'process erases the account: no row and no object is left, the tree holds, and the vault’s chain tells its leaves once.',
      figures: { deletions: deletions.length, steps: steps.length, erased: told.size, leavesOfNobody: leaves - events },
    });
  });
});

function nameOf({ step, moment }: Kill): string {
  return `${moment} ${steps[step]!.join(' + ')}`;
}
