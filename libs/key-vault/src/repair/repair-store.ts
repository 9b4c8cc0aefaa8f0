import type { BudgetState, TreeNodeHash } from '@coffer/evidence';
import type { ChainEvent, LedgerCheckStore } from '../ledger/ledger-check';
import type { AnchorAcknowledgement, LedgerHead, NewLeaf, PlacedLeaf } from '../ledger/ledger-store';
import type { AccountDeletionRow } from '../ports/account-deletion-rows';
import type { NewStartRow } from '../ports/new-start-rows';
import type { AccountRow, KeyslotRow, NewEvent, NewNotice } from '../ports/rows';

/** An event as the account's own rows have it. */
export interface EvidentEvent extends ChainEvent {
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/** What the rows of one account say; nothing of it is believed. */
export interface AccountEvidence {
  readonly row: AccountRow;
  /** Null where somebody removed the budget row. */
  readonly budget: BudgetState | null;
  readonly vetoedUntilMs: number | null;
  /** Serial of the active password record; 0 where there is none. */
  readonly recordSerial: number;
  /** In order; numbers may be missing. */
  readonly events: readonly EvidentEvent[];
  /** Its leaves in the tree. */
  readonly leaves: readonly NewLeaf[];
  /** Numbers of its events that wait for the tree. */
  readonly queued: readonly number[];
  /** Of every state. */
  readonly keyslots: readonly KeyslotRow[];
  readonly newStarts: readonly NewStartRow[];
  /** The database's clock. */
  readonly nowMs: number;
}

/** An owner key that events say was bound. */
export interface BoundOwner {
  readonly generation: number;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly ownerPublicKey: Uint8Array;
}

/** What one account's rows become, in one transaction. Whatever was open besides ends: logins, registrations, challenges. */
export interface AccountChanges {
  /** The whole chain, the event of the repair last. */
  readonly events: readonly NewEvent[];
  /** Number of its last event in the tree; those behind it are queued. */
  readonly sequencedNumber: number;
  /** Records of any other serial than the one in it are deleted, and their keyslots end. */
  readonly budget: BudgetState;
  readonly vetoedUntilMs: number | null;
  /** Null: nobody. */
  readonly owner: BoundOwner | null;
  /** Keyslots that end; with a passkey its wrap goes. */
  readonly endedKeyslots: readonly Pick<KeyslotRow, 'keyslotId'>[];
  /** Keyslots of 64 digits whose rows are missing. */
  readonly newKeyslots: readonly KeyslotRow[];
  /** Put in the place of rows of the same id. */
  readonly newStarts: readonly NewStartRow[];
  /** In the place of whatever waits; null: nothing waits. Where it is `closed` the account is closed. */
  readonly deletion: AccountDeletionRow | null;
  /** Ids of 16 bytes: what was removed is removed again. */
  readonly removedRepositories: readonly Uint8Array[];
  readonly notice: NewNotice;
}

/** One transaction that repairs one account. */
export interface RepairTransaction {
  /** Locks the budget row, then reads. @returns undefined where there is no such account */
  evidence(): Promise<AccountEvidence | undefined>;
  /** Makes the account's rows these, ends what is open, stops its purge and takes the seal off. */
  write(changes: AccountChanges): Promise<void>;
  seal(reason: string): Promise<void>;
}

/** Which accounts a repair looks at. */
export type RepairScope = 'vault' | 'accounts';

/** Where accounts are repaired. */
export interface AccountRepairStore {
  /** Accounts after `after` (null: from the first), ascending, at most `limit`; of scope `accounts` the sealed ones only. */
  evidences(scope: RepairScope, after: string | null, limit: number): Promise<readonly AccountEvidence[]>;
  repairAccount<T>(accountId: string, work: (transaction: RepairTransaction) => Promise<T>): Promise<T>;
}

/** One batch of writing the tree anew. */
export interface TreeRepairTransaction {
  /** Puts leaves in the place of whatever stands at their indexes, or bears their numbers, and takes their events off the queue. */
  putLeaves(leaves: readonly PlacedLeaf[]): Promise<void>;
  putNodes(nodes: readonly TreeNodeHash[]): Promise<void>;
  /** Removes leaves and hashes beyond a tree of `size`. */
  cut(size: number): Promise<void>;
  /**
   * Puts the head in the place of what was there, also backwards.
   *
   * @param read - names of the anchors that were read: what the database remembers of these becomes what they hold
   */
  putHead(
    head: Omit<LedgerHead, 'anchoredAtMs'>,
    read: readonly string[],
    held: readonly AnchorAcknowledgement[],
  ): Promise<void>;
}

/** The ledger as repair sees it. */
export interface TreeRepairStore extends LedgerCheckStore {
  repairTree<T>(work: (transaction: TreeRepairTransaction) => Promise<T>): Promise<T>;
  /** Those of the accounts that exist. */
  known(accountIds: readonly string[]): Promise<ReadonlySet<string>>;
}
