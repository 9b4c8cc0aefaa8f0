import { createHash } from 'node:crypto';
import { sequencerSteps, type SequencerStep } from '@coffer/key-vault';
import { proofSample, proofSize, recordProof, runSeed } from '@coffer/test-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { requireSoundBooks } from './ledger-books';
import type { TestDevice } from './test-device';
import { stretchTripWire, type TripMoment } from './trip-wire';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
let bench: VaultBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function registered(on: VaultBench): Promise<TestDevice> {
  const device = on.device();
  expect((await device.setPassword(password)).status).toBe(201);
  device.isOwner = true;
  return device;
}

describe('the one process that sequences, killed', () => {
  const moments = {
    'leaves-written': 'with leaves written and not committed',
    'checkpoint-committed': 'with the checkpoint committed and not anchored',
    anchored: 'with the checkpoint anchored and not marked',
  } as const satisfies Record<SequencerStep, string>;

  it.each(proofSample('sequencer steps', sequencerSteps, 1).map((step) => [moments[step], step] as const))(
    '%s: the next one goes on, and every event is in the tree once',
    async (_name, step) => {
      bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
      const device = await registered(bench);
      // Nothing may be left over, or it dies of that.
      await requireSoundBooks(bench, bench.apis[0]!.url);
      await bench.apis[0]!.kill('SIGKILL');
      const doomed = await bench.start({ COFFER_FAILPOINT: step });
      const attempt = await device.beginAttempt('wrong');
      const onDoomed = bench.device(doomed, device.subject);
      // Until it leads, guesses are refused and not counted.
      await expect
        .poll(
          () =>
            onDoomed.startLogin(attempt).then(
              ({ status }) => status,
              () => 'killed',
            ),
          { timeout: 60_000, interval: 100 },
        )
        .toBe('killed');
      await doomed.ended;
      const next = await bench.start();
      const there = bench.device(next, device.subject);
      // The guess was counted, nobody was answered, and the same login is resumed without a second one.
      expect(await there.budget()).toMatchObject({ attemptsRemaining: 9 });
      await expect
        .poll(async () => (await there.startLogin(attempt)).status, { timeout: 30_000, interval: 200 })
        .toBe(201);
      expect(await there.budget()).toMatchObject({ attemptsRemaining: 9 });
      expect(await requireSoundBooks(bench, next.url)).toEqual({ events: 5, leaves: 5 });
    },
  );
});

/** Numbers that look random and are the same in every run of one seed. */
function* numbers(name: string, below: number): Generator<number, never> {
  for (let index = 0; ; index++) {
    const block = createHash('sha256').update(`${runSeed()}\0${name}\0${index}`).digest();
    yield block.readUInt32BE() % below;
  }
}

const killPoints = proofSize({ sample: 2, long: 200 });

describe(
  'two processes, one of them killed at every kind of moment',
  { timeout: proofSize({ sample: 600_000, long: 7_200_000 }) },
  () => {
    it('sequence what was committed once, whoever leads, and count each guess that was answered', async () => {
      const started = performance.now();
      const own = (bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' }));
      const wire = await stretchTripWire(own.server.port);
      try {
        const devices = await Promise.all(Array.from({ length: 4 }, () => registered(own)));
        const throughWire = { DATABASE_URL: own.server.url.replace(`:${own.server.port}/`, `:${wire.port}/`) };
        const [gaps, moments] = [numbers('sequencer gap', 120), numbers('sequencer moment', 2)];
        const figures = { answered: 0, unanswered: 0 };
        for (let kill = 0; kill < killPoints; kill++) {
          // The one without the wire leads no more, so that the doomed one takes the lock.
          await own.apis.at(-1)!.kill('SIGKILL');
          const doomed = await own.start(throughWire);
          await expect.poll(() => doomed.log(), { timeout: 60_000 }).toContain('this process sequences');
          const other = await own.start();
          const moment: TripMoment = moments.next().value === 0 ? 'before' : 'after';
          wire.arm(1 + gaps.next().value, moment, () => process.kill(doomed.pid, 'SIGKILL'));
          const guesses = devices.flatMap((device, index) =>
            [doomed, other].map(async (api) => {
              const there = own.device(api, device.subject);
              const answer = await there.recover(index === 0 ? password : 'wrong').catch(() => undefined);
              figures[answer === undefined ? 'unanswered' : 'answered'] += 1;
            }),
          );
          await Promise.all(guesses);
          wire.disarm();
          await doomed.kill('SIGKILL');
          const there = own.device(other, devices[0]!.subject);
          // One login, however long the other one takes to lead: each new one would be a guess less.
          expect((await there.recoverPatiently(password)).status).toBe(200);
          await requireSoundBooks(own, other.url);
          await requireCounted(own);
        }
        recordProof({
          proof: 'sequencer-kill-points',
          count: killPoints,
          seconds: (performance.now() - started) / 1000,
          asserted:
            'After a SIGKILL of the sequencing process at a seeded statement, before or after it reached PostgreSQL, every event is one leaf in the order of its account, tiles and anchor hold exactly these entries, and each evaluated guess was counted.',
          figures,
        });
      } finally {
        await wire.stop();
      }
    });
  },
);

/** Each account's attempt number is the number of its guess events, and no more guesses were evaluated than that. */
async function requireCounted(on: VaultBench): Promise<void> {
  const books = await on.sql<{ spent: number; events: number; evaluated: number }>(
    `SELECT b.attempt::int AS spent,
       (SELECT count(*)::int FROM ledger_events e WHERE e.account_id = b.account_id AND kind = 'guess') AS events,
       (SELECT count(*)::int FROM logins l WHERE l.account_id = b.account_id AND registration_id IS NULL
         AND ke2 IS NOT NULL) AS evaluated
     FROM budgets b`,
  );
  for (const { spent, events, evaluated } of books) {
    expect(spent).toBe(events);
    expect(evaluated).toBeLessThanOrEqual(spent);
  }
}
