import { sha256 } from '@coffer/crypto';
import {
  compareBytes,
  concatBytes,
  decodeCbor,
  encodeCbor,
  equalBytes,
  requireBytes,
  toHex,
  utf8,
} from '@coffer/foundation';
import { lineBytes } from './account-plan';
import { RepairError } from './repair-error';
import type { RepairScope } from './repair-store';

/** What a plan comes to: counts only. */
export interface RepairSummary {
  /** Null where the tree is not looked at, for the vault is not sealed. */
  readonly tree: {
    /** Leaves in the database before, and after. */
    readonly before: number;
    readonly after: number;
    /** Leaves that the anchor that knows most holds; 0 where none holds any. */
    readonly anchored: number;
    /** Leaves that are put in or put right. */
    readonly leaves: number;
    /** Stored hashes that are missing or others. */
    readonly hashes: number;
    /** Accounts of the anchor's events that the database does not know; their people begin anew. */
    readonly unknownAccounts: number;
  } | null;
  readonly accounts: {
    readonly checked: number;
    readonly repaired: number;
    /** Of these, with fewer guesses than the row said. */
    readonly lowered: number;
    readonly recordsDropped: number;
    readonly ownersRestored: number;
    readonly closed: number;
    /** Accounts that stay sealed, for their chains cannot be put together. */
    readonly lost: number;
  };
  readonly events: { readonly restored: number; readonly dropped: number };
  /** Why accounts are lost, at most ten, without ids. */
  readonly reasons: readonly string[];
}

/** What two persons approve: which tree will stand, and what happens to which accounts. */
export interface ApprovablePlan {
  readonly scope: RepairScope;
  /** The tree that will stand; null with scope `accounts`. */
  readonly tree: { readonly size: number; readonly root: Uint8Array } | null;
  /** One line of 16 bytes for each account that is not sound, ascending. */
  readonly lines: readonly Uint8Array[];
}

/** Deterministic CBOR of a plan. @param vaultId - 16 bytes */
export function encodePlan(vaultId: Uint8Array, { scope, tree, lines }: ApprovablePlan): Uint8Array<ArrayBuffer> {
  const sorted = [...lines].sort(compareBytes);
  return encodeCbor({ v: 1, vaultId, scope, tree: tree === null ? null : { ...tree }, lines: concatBytes(...sorted) });
}

/** Names a plan: the same as long as the same would be done. @param encoded - by `encodePlan` @returns 32 bytes */
export function hashPlan(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(utf8('coffer/v1/repair-plan\0'), encoded));
}

/** The plan that was approved, as a repair that goes on holds its steps against it. */
export class ApprovedPlan {
  readonly #tree: ApprovablePlan['tree'];
  readonly #scope: string;
  readonly #lines: ReadonlySet<string>;

  /** @param encoded - by `encodePlan`; its hash was found to be the approved one */
  constructor(encoded: Uint8Array) {
    const { scope, tree, lines } = decodeCbor(encoded) as Readonly<Record<string, unknown>>;
    const { size, root } = (tree ?? {}) as Readonly<Record<string, unknown>>;
    this.#scope = String(scope);
    this.#tree = tree === null ? null : { size: Number(size), root: requireBytes(root, 32, 'root') };
    const bytes = requireBytes(lines, undefined, 'lines');
    this.#lines = new Set(
      Array.from({ length: bytes.length / lineBytes }, (_, at) =>
        keyOf(bytes.subarray(at * lineBytes, (at + 1) * lineBytes)),
      ),
    );
  }

  /** Whether an account's line is one that was approved. */
  readonly allows = (line: Uint8Array): boolean => this.#lines.has(keyOf(line));

  /**
   * What is left to do must be a part of what was approved: some of it may have been done before a kill.
   *
   * @throws RepairError `plan-changed`
   */
  requireCovers({ scope, tree, lines }: ApprovablePlan): void {
    const isSameTree =
      tree === null || this.#tree === null
        ? tree === this.#tree
        : tree.size === this.#tree.size && equalBytes(tree.root, this.#tree.root);
    if (scope === this.#scope && isSameTree && lines.every(this.allows)) return;
    throw new RepairError('plan-changed', 'What would be done now is not what was approved. Make a new plan.');
  }
}

function keyOf(bytes: Uint8Array): string {
  return toHex(bytes);
}
