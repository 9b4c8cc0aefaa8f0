import { setTimeout as pause } from 'node:timers/promises';
import {
  PgLedgerStore,
  statement,
  type Database,
  type PgAnchorWatch,
  type PgVaultState,
  type Session,
} from '@coffer/database';
import {
  chainHolds,
  checkLeaves,
  checkTree,
  Sequencer,
  type Accounts,
  type KeySealer,
  type VaultIdentity,
} from '@coffer/key-vault';
import { counter, gauge, type Logger, type Registry } from '@coffer/observability';
import type { DiskAnchor } from './disk-anchor';

export interface LedgerRunnerParts {
  readonly database: Database;
  readonly state: PgVaultState;
  readonly anchor: DiskAnchor;
  readonly watch: PgAnchorWatch;
  readonly sealer: KeySealer;
  readonly identity: VaultIdentity;
  readonly accounts: Pick<Accounts, 'seal'>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** How often tree, anchor and chains are checked, in milliseconds; at most 60 s. */
  readonly checkEveryMs: number;
  /** Done by the process that sequences, once a second. */
  readonly housekeeping: () => Promise<void>;
}

/** Session lock of the one process that sequences. */
const sequencerLock = 4_300_002;
const tryLock = statement('sequencer-lock', `SELECT pg_try_advisory_lock(${sequencerLock}) AS held`);

/** Between two rounds while events come, and how long an idle anchor may be silent. */
const roundEveryMs = 20;
const touchEveryMs = 700;
const becomeLeaderEveryMs = 500;
const housekeepingEveryMs = 1_000;
/** Chains that one check replays; the next check goes on where it stopped. */
const chainsPerCheck = 2_000;
const leavesPerCheck = 5_000;

/**
 * Keeps the ledger going: one process of all holds the lock, sequences, anchors and checks; the others wait to take over.
 * A vault whose tree or anchor does not hold is sealed, and no sealed vault sequences.
 */
export class LedgerRunner {
  /** Why the vault is sealed, as this process last saw it. */
  sealedReason: string | null = null;
  readonly #parts: LedgerRunnerParts;
  readonly #pool: PgLedgerStore;
  readonly #appended;
  readonly #treeSize;
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #afterAccount: string | null = null;
  #nextLeaf = 0;

  constructor(parts: LedgerRunnerParts) {
    this.#parts = parts;
    this.#pool = new PgLedgerStore(parts.database);
    this.#appended = counter(
      parts.metrics,
      'coffer_ledger_events_total',
      'Events that this process took into the tree',
    );
    this.#treeSize = gauge(parts.metrics, 'coffer_ledger_tree_size', 'Events in the tree as this process last saw it');
  }

  /** Checks tree and anchor once, then runs until `stop`. A vault that does not hold is sealed, and the process goes on. */
  async start(): Promise<void> {
    const first = this.#sequencer(this.#pool).firstHead();
    await this.#pool.createHead(first);
    await this.#checkTree();
    this.#running = this.#run();
  }

  /** Tells that an event was committed here, so that it need not wait for the next round. */
  kick(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#running;
    await this.#parts.anchor.release();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#refreshSeal();
        await this.#lead();
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'the ledger paused; it goes on when database and anchor answer');
      }
      await this.#sleep(becomeLeaderEveryMs);
    }
  }

  /** Sequences while this process holds the lock. */
  async #lead(): Promise<void> {
    let isLost = false;
    const session = await this.#parts.database.session(() => {
      isLost = true;
      this.#wake();
    });
    try {
      const [lock] = await session.rows<{ held: boolean }>(tryLock);
      if (lock?.held !== true) return;
      this.#parts.log.info('this process sequences the ledger');
      await this.#checkTree();
      await this.#sequence(session, () => isLost);
    } finally {
      await session.close();
      await this.#parts.anchor.release();
    }
  }

  async #sequence(session: Session, isLost: () => boolean): Promise<void> {
    const sequencer = this.#sequencer(new PgLedgerStore(session));
    let [touchedAt, checkedAt, keptAt] = [-Infinity, performance.now(), -Infinity];
    while (!this.#isStopping && !isLost()) {
      const now = performance.now();
      if (now - keptAt >= housekeepingEveryMs) {
        keptAt = now;
        await this.#refreshSeal();
        if (this.sealedReason === null) await this.#parts.housekeeping();
      }
      if (now - checkedAt >= this.#parts.checkEveryMs) {
        checkedAt = now;
        await this.#check();
      }
      if (this.sealedReason === null) {
        const touch = now - touchedAt >= touchEveryMs;
        const { appended, treeSize } = await sequencer.round(touch);
        if (touch || appended > 0) touchedAt = now;
        if (appended > 0) {
          this.#parts.watch.poke();
          this.#appended.inc(appended);
        }
        this.#treeSize.set(treeSize);
      }
      await this.#sleep(roundEveryMs);
    }
  }

  #sequencer(store: PgLedgerStore): Sequencer {
    const { anchor, sealer, identity, accounts, log } = this.#parts;
    return new Sequencer({
      store,
      anchor,
      sealer,
      signer: identity.ledgerSigner,
      vaultId: identity.vaultId,
      onRefused: async (accountId) => {
        log.error('an event does not follow the last one of its account in the tree; the account is sealed');
        await accounts.seal(accountId, 'an event is missing from the chain');
      },
    });
  }

  async #check(): Promise<void> {
    await this.#checkTree();
    const leaves = await checkLeaves(this.#pool, this.#nextLeaf, leavesPerCheck);
    if (leaves.problem !== undefined) await this.#seal(leaves.problem);
    this.#nextLeaf = leaves.next === this.#nextLeaf ? 0 : leaves.next;
    for (const accountId of leaves.differingAccounts) await this.#sealAccount(accountId);
    await this.#checkChains();
  }

  async #checkTree(): Promise<void> {
    const problem = await checkTree(this.#pool, this.#parts.anchor, this.#parts.identity.ledgerVerifier);
    if (problem !== undefined) await this.#seal(problem);
    await this.#pool.markChecked(problem === undefined);
    await this.#refreshSeal();
  }

  /** Replays chains from where the last check stopped; an account that does not agree is sealed, alone. */
  async #checkChains(): Promise<void> {
    for (let checked = 0; checked < chainsPerCheck;) {
      const chains = await this.#pool.chains(this.#afterAccount, 200);
      for (const chain of chains) {
        if (await chainHolds(this.#parts.sealer, chain)) continue;
        await this.#sealAccount(chain.accountId);
      }
      checked += chains.length;
      this.#afterAccount = chains.at(-1)?.accountId ?? null;
      if (this.#afterAccount === null) return;
      await pause(0);
    }
  }

  async #sealAccount(accountId: string): Promise<void> {
    this.#parts.log.error('an account does not agree with its ledger; it is sealed');
    await this.#parts.accounts.seal(accountId, 'the budget does not agree with the ledger');
  }

  async #seal(reason: string): Promise<void> {
    this.#parts.log.fatal({ reason }, 'the vault is sealed');
    this.sealedReason ??= reason;
    await this.#parts.state.seal(reason);
  }

  async #refreshSeal(): Promise<void> {
    this.sealedReason = (await this.#parts.state.state())?.sealedReason ?? null;
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#isStopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
