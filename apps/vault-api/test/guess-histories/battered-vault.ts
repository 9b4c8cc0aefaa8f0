import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@coffer/foundation';
import type { SequencerStep, VaultStep } from '@coffer/key-vault';
import { expect } from 'vitest';
import type { ApiProcess } from '../api-process';
import { copyDatabase, type DatabaseCopy } from '../rolled-back';
import { StaffRepair } from '../staff-repair';
import { TestDevice } from '../test-device';
import { startBench, type VaultBench } from '../vault-bench';
import { AnchorJournal } from './anchor-journal';

/** What befalls the vault while its accounts go on. */
export type Strike =
  /** One process kills itself at a step of a guess or a registration. */
  | { readonly kind: 'failpoint'; readonly step: VaultStep }
  /** The sequencing process and another are killed at some moment; the one that takes over kills itself at a step of a round. */
  | { readonly kind: 'sequencer'; readonly step: SequencerStep; readonly afterMs: number }
  | { readonly kind: 'kill'; readonly afterMs: number }
  /** PostgreSQL's postmaster is killed, and started again. */
  | { readonly kind: 'postmaster'; readonly afterMs: number; readonly downMs: number }
  /** A dump is taken, as by a power cut; and it is put in the place of the database, and repaired. */
  | { readonly kind: 'dump'; readonly afterMs: number }
  | { readonly kind: 'restore'; readonly afterMs: number };

/** How often a device sends the same bytes again, half a second apart in the end: longer than a process takes to start. */
const patience = 25;

/** Two API processes over one PostgreSQL, all of which are killed and come back. */
export class BatteredVault {
  readonly bench: VaultBench;
  readonly anchor: AnchorJournal;
  /** Kills, by what was killed where. */
  readonly kills: Record<string, number> = {};
  #serving: ApiProcess[] = [];
  #turn = 0;
  #url: string;
  #isRolledBack = false;
  #dump: DatabaseCopy | undefined;

  private constructor(bench: VaultBench) {
    this.bench = bench;
    this.anchor = new AnchorJournal(join(bench.home, 'anchor'));
    this.#url = bench.apis[0]!.url;
    for (const api of bench.apis) this.#admit(api);
  }

  static async start(): Promise<BatteredVault> {
    // Whoever floods is turned away elsewhere (A20); here the one address of the test stands for five hundred.
    const bench = await startBench(
      2,
      {
        ...{ COFFER_GUESS_DELAYS: '0', COFFER_OPAQUE_THREADS: '2', COFFER_ADDRESS_REQUESTS: '1000000,1000000' },
        // A line for each of many thousand requests is read by nobody.
        COFFER_LOG_LEVEL: 'warn',
      },
      { ownServer: true },
    );
    return new BatteredVault(bench);
  }

  /** A device whose every request goes to the process that is next in turn. */
  device(): TestDevice {
    const next = (): string => this.#next();
    const { issuer } = this.bench;
    const lastsMs = 4 * 3_600_000;
    const token = (subject: string) =>
      issuer.token(subject, { exp: Math.floor((systemClock.nowMs() + lastsMs) / 1000) });
    return new TestDevice(
      {
        get url() {
          return next();
        },
      },
      { ...issuer, token },
    );
  }

  /** How often a device asks again; hardly while the vault is about to seal itself. */
  readonly patience = (): number => (this.#isRolledBack ? 2 : patience);

  /** Lets `walk` go on over two processes or three while the strike falls, and waits until it has done what it does. */
  async weather(strike: Strike, walk: () => Promise<unknown>): Promise<void> {
    while (this.#serving.length < 2) await this.#join({});
    switch (strike.kind) {
      case 'failpoint': {
        // A third one: what it leaves behind is raced by two.
        const doomed = await this.#join({ COFFER_FAILPOINT: strike.step });
        await walk();
        await this.#endAt(doomed, strike.step);
        return;
      }
      case 'sequencer':
        return this.#loseSequencers(strike, walk);
      case 'kill':
        await Promise.all([walk(), this.#loseOne(strike.afterMs)]);
        return;
      case 'postmaster':
        await Promise.all([walk(), this.#loseDatabase(strike)]);
        return;
      case 'dump':
        await Promise.all([walk(), pause(strike.afterMs).then(() => this.#takeDump())]);
        return;
      case 'restore':
        return this.#putBack(strike, walk);
    }
  }

  stop(): Promise<void> {
    return this.bench.stop();
  }

  #admit(api: ApiProcess): void {
    this.#serving.push(api);
    void api.ended.then(() => {
      this.#serving = this.#serving.filter((each) => each !== api);
    });
  }

  /** Of a process that was there a moment ago, where none is: the request finds nobody. */
  #next(): string {
    this.#url = this.#serving[this.#turn++ % Math.max(1, this.#serving.length)]?.url ?? this.#url;
    return this.#url;
  }

  /** One more process. */
  async #join(environment: Readonly<Record<string, string>>): Promise<ApiProcess> {
    const api = await this.bench.start(environment);
    this.#admit(api);
    return api;
  }

  async #loseOne(afterMs: number): Promise<void> {
    await pause(afterMs);
    await this.#kill(this.#serving[0]!, 'at some moment');
    await this.#join({});
  }

  async #kill(api: ApiProcess, what: string): Promise<void> {
    await api.kill('SIGKILL');
    this.#count(`process, ${what}`);
  }

  #count(what: string): void {
    this.kills[what] = (this.kills[what] ?? 0) + 1;
  }

  /** Where no history led through the step, an account of its own does. */
  async #endAt(doomed: ApiProcess, step: VaultStep): Promise<void> {
    const isOver = doomed.ended.then(() => true);
    while (!(await Promise.race([isOver, pause(10, false)]))) {
      const device = this.bench.device(doomed);
      await device
        .setPassword('of nobody')
        .then(() => device.recover('of nobody'))
        .catch(() => undefined);
    }
    expect(await doomed.ended, 'it was killed, and did not end by itself').toBeNull();
    this.#count(`process, at ${step}`);
  }

  async #loseSequencers(
    { step, afterMs }: Extract<Strike, { kind: 'sequencer' }>,
    walk: () => Promise<unknown>,
  ): Promise<void> {
    const others = [...this.#serving];
    const doomed = await this.#join({ COFFER_FAILPOINT: step, COFFER_LOG_LEVEL: 'info' });
    const walking = walk();
    await pause(afterMs);
    // One of them sequenced. Nobody is left to take over but the one that is doomed.
    await Promise.all(others.map((api) => this.#kill(api, 'two at once')));
    const isLeading = (): boolean => doomed.log().includes('this process sequences');
    const isOver = doomed.ended.then(() => true);
    while (!isLeading() && !(await Promise.race([isOver, pause(20, false)])));
    const other = await this.#join({});
    // Each new account is an event.
    while (!(await Promise.race([isOver, pause(20, false)]))) await this.bench.device(other).account();
    expect(await doomed.ended).toBeNull();
    this.#count(`process, at ${step}`);
    await walking;
  }

  async #loseDatabase({ afterMs, downMs }: Extract<Strike, { kind: 'postmaster' }>): Promise<void> {
    await pause(afterMs);
    await this.bench.server.crash();
    await pause(downMs);
    await this.bench.server.restart();
    this.#count('postmaster');
  }

  async #takeDump(): Promise<void> {
    this.#dump = await copyDatabase(this.bench);
    this.#count('postmaster');
  }

  async #putBack({ afterMs }: Extract<Strike, { kind: 'restore' }>, walk: () => Promise<unknown>): Promise<void> {
    const walking = walk();
    await pause(afterMs);
    this.#isRolledBack = true;
    await this.#dump!.restore();
    this.#count('postmaster');
    await walking;
    const isSealed = async (): Promise<boolean> => {
      const [row] = await this.bench.sql<{ sealed: boolean }>(
        'SELECT sealed_at IS NOT NULL AS sealed FROM vault_state',
      );
      return row!.sealed;
    };
    await expect.poll(() => isSealed().catch(() => false), { timeout: 60_000 }).toBe(true);
    const staff = new StaffRepair(this.bench, 'an earlier dump was put back');
    expect(await staff.repair()).toMatchObject({ scope: 'vault', isEmpty: false });
    expect(await isSealed()).toBe(false);
    this.#isRolledBack = false;
  }
}
