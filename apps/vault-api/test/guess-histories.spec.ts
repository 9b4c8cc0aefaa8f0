import { proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { BatteredVault } from './guess-histories/battered-vault';
import { historyScripts } from './guess-histories/history-act';
import { HistoryAccount } from './guess-histories/history-account';
import { requireHonestBooks, type ChainFigures } from './guess-histories/honest-books';
import { seasonsForEveryStep, strikesOfSeason, struckSteps } from './guess-histories/strikes';
import { requireSoundBooks } from './ledger-books';

/**
 * Accounts that live through one season together, each with a history of its own. An ordinary run takes one small season; its 500
 * histories are those of the pure core (libs/key-vault).
 */
const abreast = proofSize({ sample: 40, long: 500 });
const histories = proofSize({ sample: abreast, long: 10_000 });
/** So many of them act at a time. */
const lanes = 24;

describe(
  'random histories over two processes and one PostgreSQL, all of which are killed',
  { timeout: proofSize({ sample: 900_000, long: 14_400_000 }) },
  () => {
    it('P3: never evaluate more than 10 guesses between two proven successes, nor one that was not spent', async () => {
      const began = performance.now();
      const figures: Record<string, number> = {};
      const add = (more: object): void => {
        for (const [name, value] of Object.entries(more)) figures[name] = (figures[name] ?? 0) + Number(value);
      };
      const seasons = histories / abreast;
      for (let number = 0; number < seasons; number++) {
        const { chains, evaluations, kills } = await season(number);
        add({ seasons: 1, evaluations, ...chains });
        add(Object.fromEntries(Object.entries(kills).map(([what, times]) => [`killed: ${what}`, times])));
      }
      // Histories in which nothing happened would prove nothing.
      expect(figures['evaluations']).toBeGreaterThan(2 * histories);
      expect(figures['proven']).toBeGreaterThan(histories / 4);
      expect(figures['activated']).toBeGreaterThan(histories);
      expect(figures['shredded']).toBeGreaterThan(histories / 50);
      if (seasons >= seasonsForEveryStep) {
        for (const step of struckSteps) expect(figures[`killed: process, at ${step}`]).toBeGreaterThan(0);
      }
      recordProof({
        proof: 'guess-histories',
        count: histories,
        seconds: (performance.now() - began) / 1000,
        asserted:
          'Between two successes that the account’s own device can vouch for at most 10 guesses were spent, each KE2 that left a ' +
          'process or was stored has its one spent guess, no KE2 was answered before the anchor held it or to a second KE1, each chain holds and replays to its budget, every event is one leaf ' +
          'and anchored, and each password that is left opens.',
        figures,
      });
    });
  },
);

/** The histories of so many accounts in one vault, through every strike once. */
async function season(number: number): Promise<{
  readonly chains: ChainFigures;
  readonly evaluations: number;
  readonly kills: Readonly<Record<string, number>>;
}> {
  const seed = runSeedNumber(`guess-histories ${number}`);
  const vault = await BatteredVault.start();
  try {
    const strikes = strikesOfSeason(seed, runSeedNumber('guess-histories'), number);
    const accounts = historyScripts(abreast, strikes.length, seed).map((script) => new HistoryAccount(vault, script));
    await inLanes(accounts, (account) => account.claim());
    for (const [round, strike] of strikes.entries()) {
      // What the dump does not have is known to nobody afterwards.
      if (strike.kind === 'restore') await requireHonestBooks(vault.bench, accounts);
      await vault.weather(strike, () => inLanes(accounts, (account) => account.walk(round)));
      if (strike.kind === 'restore') for (const account of accounts) account.endLogins();
    }
    await requireOpening(vault, accounts);
    await requireSoundBooks(vault.bench, vault.device().api.url);
    const chains = await requireHonestBooks(vault.bench, accounts);
    const evaluations = accounts.reduce((sum, { witness }) => sum + witness.evaluations, 0);
    return { chains, evaluations, kills: vault.kills };
  } finally {
    await vault.stop();
  }
}

/** After all of it every record that is left, and has a guess left, opens with the password that its device set. */
async function requireOpening({ bench }: BatteredVault, accounts: readonly HistoryAccount[]): Promise<void> {
  const rows = await bench.sql<{ account: string; serial: number }>(
    `SELECT account_id AS account, active_serial::float8 AS serial FROM budgets WHERE remaining > 0 AND active_serial > 0`,
  );
  const serials = new Map(rows.map(({ account, serial }) => [account, serial]));
  await inLanes(accounts, async (account) => {
    const serial = serials.get((await account.device.account()).accountId);
    if (serial !== undefined) expect(await account.recovers(serial)).toBe(200);
  });
}

/** All of them, `lanes` at a time; none is begun after one has failed. */
async function inLanes<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
