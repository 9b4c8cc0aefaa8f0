import { LedgerEventKind, replayVeto, type LedgerEvent } from '@coffer/evidence';
import { finished, type NewStartPolicy } from '../new-start-state';
import { DeletionState, type AccountDeletionRow } from '../ports/account-deletion-rows';
import { NewStartState, type NewStartRow } from '../ports/new-start-rows';
import type { KeyslotRow } from '../ports/rows';
import type { BoundOwner } from './repair-store';

/** What an account's chain says of the rows beside its budget. */
export interface ChainState {
  readonly owner: BoundOwner | null;
  readonly vetoedUntilMs: number | null;
  /** In the order in which they were proven; ended ones too. */
  readonly keyslots: readonly KeyslotRow[];
  readonly newStarts: readonly NewStartRow[];
  readonly deletion: AccountDeletionRow | null;
  /** Ids of 16 bytes. */
  readonly removedRepositories: readonly Uint8Array[];
}

/**
 * Replays what is beside the budget over an account's whole chain.
 *
 * @param events - in order, as `verifyChain` gave them
 */
export function replayState(events: readonly LedgerEvent[], policy: NewStartPolicy): ChainState {
  const replay = new Replay(policy);
  for (const event of events) replay.step(event);
  return {
    owner: replay.owner,
    vetoedUntilMs: replayVeto(events),
    keyslots: [...replay.keyslots.values()],
    newStarts: [...replay.newStarts.values()],
    deletion: replay.deletion,
    removedRepositories: replay.removed,
  };
}

class Replay {
  owner: BoundOwner | null = null;
  readonly keyslots = new Map<string, KeyslotRow>();
  readonly newStarts = new Map<string, NewStartRow>();
  deletion: AccountDeletionRow | null = null;
  readonly removed: Uint8Array[] = [];
  readonly #policy: NewStartPolicy;

  constructor(policy: NewStartPolicy) {
    this.#policy = policy;
  }

  step(event: LedgerEvent): void {
    this.#stepNewStart(event);
    // After the new start, which names the owner that it replaces.
    this.owner = ownerOf(event) ?? this.owner;
    this.#stepKeyslots(event);
    this.#stepDeletion(event);
    const { repositoryId } = event.details;
    if (event.kind === LedgerEventKind.repositoryRemoved && repositoryId instanceof Uint8Array) {
      this.removed.push(repositoryId);
    }
  }

  #stepKeyslots({ kind, details, atMs, serial }: LedgerEvent): void {
    if (kind === LedgerEventKind.keyslotProven) this.#add(details, details['keyId'], atMs);
    if (kind === LedgerEventKind.keyslotRemoved) this.#end(details['keyslotId'], 'removed');
    if (kind === LedgerEventKind.keyRotated) {
      for (const keyslotId of listOf(details['removed'])) this.#end(keyslotId, 'removed');
      for (const slot of listOf(details['activated'])) this.#add(mapOf(slot), details['keyId'], atMs);
    }
    if (kind === LedgerEventKind.accountClosed) {
      for (const keyslotId of this.keyslots.keys()) this.#end(keyslotId, 'removed');
    }
    // Every event says which record is the active one after it: the password of any other has ended.
    for (const slot of this.keyslots.values()) {
      if (slot.kind === 'password' && slot.serial !== serial) this.#end(slot.keyslotId, 'shredded');
    }
  }

  #add(slot: Readonly<Record<string, unknown>>, keyId: unknown, provenAtMs: number): void {
    const { keyslotId, kind, serial } = slot;
    const isKind = kind === 'digits' || kind === 'password' || kind === 'passkey';
    if (typeof keyslotId !== 'string' || !isKind || !(keyId instanceof Uint8Array)) return;
    const row: KeyslotRow = { keyslotId, kind, keyId, serial: Number(serial ?? 0), state: 'active', provenAtMs };
    this.keyslots.set(keyslotId, row);
  }

  #end(keyslotId: unknown, state: 'removed' | 'shredded'): void {
    const found = this.keyslots.get(textOf(keyslotId));
    if (found?.state === 'active') this.keyslots.set(found.keyslotId, { ...found, state });
  }

  #stepNewStart({ kind, details, atMs }: LedgerEvent): void {
    const newStartId = textOf(details['newStartId']);
    if (kind === LedgerEventKind.newStartBegun && this.owner !== null) {
      const { generation: ownerGeneration, keyId, ownerPublicKey } = this.owner;
      const [opensAtMs, closesAtMs] = [Number(details['opensAtMs']), Number(details['closesAtMs'])];
      this.newStarts.set(newStartId, {
        ...{ newStartId, state: NewStartState.pending, begunAtMs: atMs, opensAtMs, closesAtMs },
        ...{ ownerGeneration, keyId, ownerPublicKey, finishedAtMs: null, undoUntilMs: null, stepAtMs: opensAtMs },
      });
      return;
    }
    const found = this.newStarts.get(newStartId);
    const state = endsOfNewStarts[kind];
    if (found !== undefined && kind === LedgerEventKind.newStartFinished) {
      this.newStarts.set(newStartId, { ...found, ...finished(atMs, this.#policy) });
    } else if (found !== undefined && state !== undefined) {
      this.newStarts.set(newStartId, { ...found, state, stepAtMs: null });
    }
    if (kind === LedgerEventKind.accountClosed) {
      for (const row of this.newStarts.values()) {
        const isPending = row.state === NewStartState.pending;
        if (isPending) this.newStarts.set(row.newStartId, { ...row, state: NewStartState.cancelled, stepAtMs: null });
      }
    }
  }

  #stepDeletion({ kind, details, atMs }: LedgerEvent): void {
    const deletionId = textOf(details['deletionId']);
    if (kind === LedgerEventKind.deletionCancelled) this.deletion = null;
    if (kind === LedgerEventKind.deletionAsked) {
      const dueAtMs = Number(details['dueAtMs']);
      const asked = { deletionId, state: DeletionState.waiting, askedBy: 'login', askedAtMs: atMs } as const;
      this.deletion = { ...asked, dueAtMs, stepAtMs: dueAtMs };
    }
    if (kind === LedgerEventKind.accountClosed) {
      const askedBy = details['by'] === 'owner' ? 'owner' : 'login';
      const closed = { deletionId, state: DeletionState.closed, askedBy, askedAtMs: atMs } as const;
      this.deletion = { ...closed, dueAtMs: atMs, stepAtMs: atMs };
    }
  }
}

const endsOfNewStarts: Readonly<Partial<Record<LedgerEventKind, NewStartState>>> = {
  [LedgerEventKind.newStartCancelled]: NewStartState.cancelled,
  [LedgerEventKind.newStartExpired]: NewStartState.expired,
  [LedgerEventKind.newStartUndone]: NewStartState.undone,
  [LedgerEventKind.newStartSettled]: NewStartState.settled,
};

/** The owner key that an event says was bound, whatever its kind. */
function ownerOf({ details }: Pick<LedgerEvent, 'details'>): BoundOwner | undefined {
  const { generation, keyId, ownerPublicKey } = details;
  const isOwner =
    typeof generation === 'number' &&
    keyId instanceof Uint8Array &&
    keyId.length === 8 &&
    ownerPublicKey instanceof Uint8Array &&
    ownerPublicKey.length === 32;
  return isOwner ? { generation, keyId, ownerPublicKey } : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
