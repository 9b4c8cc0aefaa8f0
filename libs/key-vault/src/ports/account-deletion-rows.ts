/** How far the deletion of an account is. */
export const DeletionState = { waiting: 'waiting', closed: 'closed' } as const;
export type DeletionState = (typeof DeletionState)[keyof typeof DeletionState];

/** The deletion of an account: asked for and waiting, or under way. Instants are milliseconds of the database's clock. */
export interface AccountDeletionRow {
  readonly deletionId: string;
  readonly state: DeletionState;
  /** Who asked: the owner's signature, or a sign-in. */
  readonly askedBy: 'owner' | 'login';
  readonly askedAtMs: number;
  /** When the account is closed. */
  readonly dueAtMs: number;
  /** When the sweep has its next step to take. */
  readonly stepAtMs: number;
}

/** The deletion of one account, inside its locked transaction. */
export interface AccountDeletionRows {
  find(): Promise<AccountDeletionRow | null>;
  /** In place of whatever waited. */
  put(row: AccountDeletionRow): Promise<void>;
  /** One conditional statement. @returns whether it waited */
  cancel(deletionId: string): Promise<boolean>;
  /**
   * Closes the account, one conditional statement: whatever is sealed for it goes, its repositories are removed, its purge has no
   * mandate any more. Nothing of the account is answered from then on.
   *
   * @returns whether the account was open
   */
  close(): Promise<boolean>;
  /** Whether every event is in the tree and anchored, and no repository is left to empty. */
  isErasable(): Promise<boolean>;
  /** How many leaves of the tree are of this account's events. */
  leaves(): Promise<number>;
  /** Removes every row that names the account; the leaves of its events stay, and name nobody. @returns how many leaves */
  erase(): Promise<number>;
}
