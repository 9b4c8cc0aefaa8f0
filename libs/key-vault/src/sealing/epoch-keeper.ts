import { LedgerEventKind } from '@coffer/evidence';
import type { AccountSession } from '../account-session';
import type { Accounts } from '../accounts';
import type { SealingKeys } from '../ports/key-sealer';
import type { EndingFacts, SealingEpochRow, SealingStore } from '../ports/sealing-store';
import type { AccountTransaction } from '../ports/vault-store';
import { vaultAccount } from '../vault-chain';
import { resealAll, type ResealPass } from './reseal';

/** How long sealing epochs live. */
export interface EpochPolicy {
  /** From one epoch to the next, milliseconds. */
  readonly epochMs: number;
  /** How long a key is kept after everything was sealed anew, milliseconds: dumps younger than this open. */
  readonly keepMs: number;
  /** Whether dumps of the database are kept; then one of the new epoch must have been drilled before a key is destroyed. */
  readonly areDumpsKept: boolean;
}

/** Steps between which a process may die, in their order; tests kill it at each. */
export const sealingSteps = [
  'epoch-made',
  'epoch-named',
  'row-resealed',
  'reseal-noted',
  'epoch-ended',
  'key-destroyed',
] as const;
export type SealingStep = (typeof sealingSteps)[number];

/** Why the key of a former epoch is still kept. */
export type KeptFor = 'rows' | 'time' | 'drill';

/** What one round found and did. */
export interface EpochRound {
  /** Epochs whose keys exist, oldest first. */
  readonly epochs: readonly SealingEpochRow[];
  /** Number of the epoch that was begun, if any. */
  readonly begun: number | undefined;
  readonly reseal: ResealPass | undefined;
  /** Numbers of the epochs whose keys were destroyed. */
  readonly destroyed: readonly number[];
  /** Why the oldest former epoch is kept; undefined where there is none. */
  readonly keptFor: KeptFor | undefined;
}

export interface EpochKeeperParts<Transaction extends AccountTransaction> {
  readonly store: SealingStore<Transaction>;
  readonly sealer: SealingKeys;
  readonly accounts: Accounts<Transaction>;
  readonly vaultId: Uint8Array;
  readonly policy: EpochPolicy;
  readonly isOver: () => boolean;
  readonly breathe: () => Promise<void>;
  readonly atStep: (step: SealingStep) => void;
}

/**
 * Looks after the sealing epochs, in one process at a time (the caller holds the lock): begins the next when it is due, seals
 * everything anew under it, and destroys the key of a former one when nothing needs it any more (docs/protocol.md, "Sealing at
 * rest"). Every step can be repeated, and the database says which was the last.
 */
export class EpochKeeper<Transaction extends AccountTransaction> {
  readonly #parts: EpochKeeperParts<Transaction>;

  constructor(parts: EpochKeeperParts<Transaction>) {
    this.#parts = parts;
  }

  /** @throws SealerError, VaultError `vault-sealed`, and whatever the store throws; the next round goes on */
  async round(): Promise<EpochRound> {
    const { store } = this.#parts;
    const destroyed = await this.#destroyEnded((await store.look()).epochs);
    const begun = await this.#beginWhereDue();
    const reseal = await this.#reseal();
    const { kept, ended } = await this.#endWhereDue();
    const afterwards = ended ? await this.#destroyEnded((await store.look()).epochs) : [];
    const { epochs } = await store.look();
    return { epochs, begun, reseal, destroyed: [...destroyed, ...afterwards], keptFor: kept };
  }

  /** Keys whose end is in the ledger: also those that a process which died left behind. */
  async #destroyEnded(epochs: readonly SealingEpochRow[]): Promise<readonly number[]> {
    const { sealer, store, atStep } = this.#parts;
    const ended = epochs.filter(({ endedAtMs }) => endedAtMs !== null).map(({ epoch }) => epoch);
    for (const epoch of ended) {
      await sealer.destroyEpoch(epoch);
      atStep('key-destroyed');
      await store.noteDestroyed(epoch);
    }
    return ended;
  }

  async #beginWhereDue(): Promise<number | undefined> {
    const { store, sealer, policy, atStep } = this.#parts;
    const { nowMs, epochs } = await store.look();
    const newest = epochs.at(-1);
    if (newest === undefined || nowMs - newest.createdAtMs < policy.epochMs) return undefined;
    const made = await sealer.createEpoch(newest.epoch + 1);
    atStep('epoch-made');
    await store.name(made);
    atStep('epoch-named');
    return made.epoch;
  }

  async #reseal(): Promise<ResealPass | undefined> {
    const { store, sealer, isOver, breathe, atStep } = this.#parts;
    const askedAtMs = performance.now();
    await sealer.follow(await store.followed(), askedAtMs);
    const living = (await store.look()).epochs.filter(({ endedAtMs }) => endedAtMs === null);
    const newest = living.at(-1);
    const isAnythingLeft = living.slice(0, -1).some(({ isNamed }) => isNamed);
    if (newest === undefined || living.length < 2) return undefined;
    if (!isAnythingLeft && newest.resealedAtMs !== null) return undefined;
    const onFound = (epoch: number): Promise<void> => this.#stir(living, epoch);
    const onMoved = (): void => atStep('row-resealed');
    const pass = await resealAll({ store, sealer, isOver, breathe, onFound, onMoved });
    const isNew = pass.moved > 0 || newest.resealedAtMs === null;
    if (pass.isWhole && isNew) {
      await store.noteResealed(newest.epoch);
      atStep('reseal-noted');
    }
    return pass;
  }

  /** Whoever had not heard of a new epoch may have added a row since the last pass: then the wait begins anew. */
  async #stir(living: readonly SealingEpochRow[], epoch: number): Promise<void> {
    const isMarked = living.some((later) => later.epoch > epoch && later.resealedAtMs !== null);
    if (isMarked) await this.#parts.store.stir(epoch);
  }

  async #endWhereDue(): Promise<{ readonly kept: KeptFor | undefined; readonly ended: boolean }> {
    const { store, atStep } = this.#parts;
    const living = (await store.look()).epochs.filter(({ endedAtMs }) => endedAtMs === null);
    let [kept, ended]: [KeptFor | undefined, boolean] = [undefined, false];
    for (const former of living.slice(0, -1)) {
      if (this.#parts.isOver()) break;
      const reason = await this.#end(former);
      kept ??= reason;
      if (reason !== undefined) continue;
      ended = true;
      atStep('epoch-ended');
    }
    return { kept, ended };
  }

  /** Conditions, event and end are one transaction. @returns why it was not ended */
  async #end({ epoch, keyId }: SealingEpochRow): Promise<KeptFor | undefined> {
    const { store, accounts, vaultId } = this.#parts;
    const { accountId } = await vaultAccount(accounts, vaultId);
    try {
      await accounts.within(accountId, async (session) => {
        const facts = await store.endingFacts(session.transaction, epoch);
        if (facts === undefined) throw new Kept(undefined);
        const reason = await this.#keptFor(session, epoch, facts);
        if (reason !== undefined) throw new Kept(reason);
        await store.end(session.transaction, epoch);
        await session.append(LedgerEventKind.sealingEpochEnded, { epoch, keyId });
      });
      return undefined;
    } catch (error) {
      if (error instanceof Kept) return error.reason;
      throw error;
    }
  }

  /** The three conditions of docs/protocol.md. */
  async #keptFor(
    session: AccountSession<Transaction>,
    epoch: number,
    { isNamed, nowMs, resealedAtMs }: EndingFacts,
  ): Promise<KeptFor | undefined> {
    const { sealer, policy } = this.#parts;
    if (isNamed) return 'rows';
    // A database that was restored may name a key that was destroyed after its dump: there is nothing left to keep.
    if (!sealer.epochs().some((key) => key.epoch === epoch)) return undefined;
    if (resealedAtMs === null || nowMs - resealedAtMs < policy.keepMs) return 'time';
    if (!policy.areDumpsKept) return undefined;
    // By the vault's own chain: a row that says so would be anybody's who can write to the database.
    const drill = await session.newest(LedgerEventKind.dumpDrilled);
    const drilled = drill?.details['epoch'];
    return typeof drilled === 'number' && drilled > epoch ? undefined : 'drill';
  }
}

/** Rolls the transaction back; nothing was ended. Without a reason another process has ended it. */
class Kept extends Error {
  readonly reason: KeptFor | undefined;

  constructor(reason: KeptFor | undefined) {
    super('the epoch is not ended now');
    this.reason = reason;
  }
}
