import { randomBytes } from '@coffer/crypto';
import type { BudgetState, LedgerEventKind, TreeNode, TreeNodeHash } from '@coffer/evidence';
import { newUuid, type CborValue } from '@coffer/foundation';
import { makeEvent, newChain } from '../src/event-maker';
import { openingBudget } from '../src/guess-budget';
import type {
  AccountChain,
  AccountChanges,
  AccountEvidence,
  AccountRepairStore,
  AccountRow,
  KeyslotRow,
  LeafWithEvent,
  LedgerHead,
  NewNotice,
  NewStartRow,
  RepairScope,
  RepairTransaction,
  TreeRepairStore,
  TreeRepairTransaction,
} from '../src/index';
import { MemoryLedger } from './memory-ledger';
import { memorySealer } from './memory-vault';

/** Stored hashes that can be edited and removed, as rows can. */
class EditableHashes {
  levels = new Map<string, Uint8Array>();

  store(nodes: readonly TreeNodeHash[]): void {
    for (const { level, index, hash } of nodes) this.levels.set(`${level}/${index}`, hash);
  }

  async read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]> {
    return nodes.flatMap(({ level, index }) => this.levels.get(`${level}/${index}`) ?? []);
  }
}

export interface MemoryAccount {
  readonly row: AccountRow;
  readonly budget: BudgetState;
  readonly vetoedUntilMs: number | null;
  readonly recordSerial: number;
  readonly keyslots: readonly KeyslotRow[];
  readonly newStarts: readonly NewStartRow[];
  readonly notices: readonly NewNotice[];
}

/** A ledger and its accounts in memory, that can be dumped, put back, edited and repaired. */
export class MemoryRepairs extends MemoryLedger implements TreeRepairStore, AccountRepairStore {
  override readonly hashes = new EditableHashes() as unknown as MemoryLedger['hashes'];
  accounts = new Map<string, MemoryAccount>();
  nowMs = 1_800_000_000_000;
  /** How often anything was written by a repair. */
  writes = 0;

  async open(): Promise<string> {
    const accountId = newUuid();
    this.accounts.set(accountId, {
      row: {
        ...{ accountId, issuer: 'https://issuer', subject: accountId, createdAtMs: this.nowMs, ownerGeneration: 0 },
        ...{ keyId: null, ownerPublicKey: null, sealedReason: null, closedAtMs: null },
      },
      ...{ budget: openingBudget, vetoedUntilMs: null, recordSerial: 0, keyslots: [], newStarts: [], notices: [] },
    });
    await this.act(accountId, 'account-opened');
    return accountId;
  }

  /** Records an event, and with it what it changes in the rows. */
  async act(
    accountId: string,
    kind: LedgerEventKind,
    change: Partial<MemoryAccount> & { readonly details?: Readonly<Record<string, CborValue>> } = {},
  ): Promise<void> {
    const { details = {}, ...rows } = change;
    const account = { ...this.accounts.get(accountId)!, ...rows };
    const chain = this.events.get(accountId) ?? [];
    const what = { kind, atMs: this.nowMs++, budget: account.budget, details };
    const event = await makeEvent(memorySealer, accountId, chain.at(-1) ?? newChain, what);
    this.accounts.set(accountId, account);
    this.events.set(accountId, [...chain, event]);
    this.queue.push({ accountId, number: event.number });
  }

  edit(accountId: string, change: Partial<MemoryAccount>): void {
    this.accounts.set(accountId, { ...this.accounts.get(accountId)!, ...change });
  }

  /** Removes an account as its erasure does: its leaves stay and are nobody's. */
  erase(accountId: string): void {
    const leaves = this.stored.filter((leaf) => leaf.accountId === accountId).length;
    this.freed = [...this.freed, { kind: 'account-erased', details: { deletionId: accountId, leaves } }];
    this.accounts.delete(accountId);
    this.events.delete(accountId);
    this.stored = this.stored.map((leaf) =>
      leaf.accountId === accountId ? { ...leaf, accountId: null as unknown as string, number: 0 } : leaf,
    );
  }

  /** @returns puts the ledger and its accounts back to what they are now */
  dump(): () => void {
    const { at, vaultSealedReason } = this;
    const copy = { at, vaultSealedReason, queue: [...this.queue], stored: [...this.stored], freed: this.freed };
    const [events, accounts, levels] = [new Map(this.events), new Map(this.accounts), new Map(this.#levels)];
    const acknowledged = new Map(this.acknowledged);
    return () => {
      Object.assign(this, { ...copy, queue: [...copy.queue] });
      this.accounts = new Map(accounts);
      this.acknowledged = new Map(acknowledged);
      this.events.clear();
      for (const [accountId, chain] of events) this.events.set(accountId, chain);
      this.#levels = new Map(levels);
    };
  }

  get #levels(): Map<string, Uint8Array> {
    return (this.hashes as unknown as EditableHashes).levels;
  }

  set #levels(levels: Map<string, Uint8Array>) {
    (this.hashes as unknown as EditableHashes).levels = levels;
  }

  editHash(node: string, hash: Uint8Array | undefined): void {
    if (hash === undefined) this.#levels.delete(node);
    else this.#levels.set(node, hash);
  }

  override async leaves(first: number, limit: number): Promise<readonly LeafWithEvent[]> {
    const leaves = this.stored.filter(({ leafIndex }) => leafIndex >= first).slice(0, limit);
    return leaves.map(({ leafIndex, accountId, number, entry }) => {
      const found = this.events.get(accountId)?.find((event) => event.number === number);
      const place = (accountId as string | null) === null ? { accountId: null, number: null } : { accountId, number };
      return { leafIndex, entry, ...place, event: found?.event ?? null, salt: found?.salt ?? null };
    });
  }

  override async chains(): Promise<readonly AccountChain[]> {
    return [...this.accounts.values()]
      .filter(({ row }) => row.sealedReason === null)
      .map(({ row, budget, vetoedUntilMs }) => {
        const { events, leaves, queued } = this.#evidence(row.accountId);
        return { accountId: row.accountId, budget, vetoedUntilMs, events, accounted: leaves.length + queued.length };
      });
  }

  async known(accountIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(accountIds.filter((accountId) => this.accounts.has(accountId)));
  }

  async evidences(scope: RepairScope, after: string | null, limit: number): Promise<readonly AccountEvidence[]> {
    return [...this.accounts.keys()]
      .sort()
      .filter((accountId) => after === null || accountId > after)
      .map((accountId) => this.#evidence(accountId))
      .filter(({ row }) => scope === 'vault' || row.sealedReason !== null)
      .slice(0, limit);
  }

  #evidence(accountId: string): AccountEvidence {
    const { notices: _notices, ...account } = this.accounts.get(accountId)!;
    const events = this.events.get(accountId) ?? [];
    return {
      ...account,
      events: events.map((event) => ({ ...event, figures: event.fields })),
      leaves: this.stored.filter((leaf) => leaf.accountId === accountId),
      queued: this.queue.filter((waiting) => waiting.accountId === accountId).map(({ number }) => number),
      nowMs: this.nowMs,
    };
  }

  async repairAccount<T>(accountId: string, work: (transaction: RepairTransaction) => Promise<T>): Promise<T> {
    return work({
      evidence: async () => (this.accounts.has(accountId) ? this.#evidence(accountId) : undefined),
      seal: async (sealedReason) => {
        this.writes++;
        this.edit(accountId, { row: { ...this.accounts.get(accountId)!.row, sealedReason } });
      },
      write: async (changes) => this.#write(accountId, changes),
    });
  }

  #write(accountId: string, changes: AccountChanges): void {
    this.writes++;
    const account = this.accounts.get(accountId)!;
    const { budget, vetoedUntilMs, owner, notice, events, sequencedNumber, deletion } = changes;
    const ended = new Set(changes.endedKeyslots.map(({ keyslotId }) => keyslotId));
    const put = new Set(changes.newStarts.map(({ newStartId }) => newStartId));
    const closedAtMs = account.row.closedAtMs ?? (deletion?.state === 'closed' ? this.nowMs : null);
    this.accounts.set(accountId, {
      row: {
        ...{ ...account.row, sealedReason: null, closedAtMs, ownerGeneration: owner?.generation ?? 0 },
        ...{ keyId: owner?.keyId ?? null, ownerPublicKey: owner?.ownerPublicKey ?? null },
      },
      ...{ budget, vetoedUntilMs, recordSerial: account.recordSerial === budget.serial ? budget.serial : 0 },
      keyslots: [
        ...account.keyslots.map((slot) => (ended.has(slot.keyslotId) ? { ...slot, state: 'removed' as const } : slot)),
        ...changes.newKeyslots,
      ],
      newStarts: [...account.newStarts.filter(({ newStartId }) => !put.has(newStartId)), ...changes.newStarts],
      notices: [...account.notices, notice],
    });
    this.events.set(accountId, [...events]);
    this.queue = this.queue.filter((waiting) => waiting.accountId !== accountId);
    for (const { number } of events) if (number > sequencedNumber) this.queue.push({ accountId, number });
  }

  async repairTree<T>(work: (transaction: TreeRepairTransaction) => Promise<T>): Promise<T> {
    this.writes++;
    return work({
      cut: async (size) => {
        this.stored = this.stored.filter(({ leafIndex }) => leafIndex < size);
        for (const node of this.#levels.keys()) {
          const [level = 0, index = 0] = node.split('/').map(Number);
          if ((index + 1) * 2 ** level > size) this.#levels.delete(node);
        }
      },
      putLeaves: async (leaves) => {
        const gone = (old: { leafIndex: number; accountId: string; number: number }): boolean =>
          leaves.some(
            ({ leafIndex, accountId, number }) =>
              leafIndex === old.leafIndex ||
              (accountId !== null && accountId === old.accountId && number === old.number),
          );
        const isPut = (waiting: { accountId: string; number: number }): boolean =>
          leaves.some(({ accountId, number }) => accountId === waiting.accountId && number === waiting.number);
        this.queue = this.queue.filter((waiting) => !isPut(waiting));
        const put = leaves.map((leaf) => ({ ...leaf, event: new Uint8Array(), salt: new Uint8Array() }) as never);
        this.stored = [...this.stored.filter((leaf) => !gone(leaf)), ...put];
        this.stored.sort((left, right) => left.leafIndex - right.leafIndex);
      },
      putNodes: async (nodes) => (this.hashes as unknown as EditableHashes).store(nodes),
      putHead: async (head, read, held) => {
        this.at = { ...(head as LedgerHead), anchoredAtMs: this.at.anchoredAtMs };
        for (const name of read) this.acknowledged.delete(name);
        for (const anchor of held) this.acknowledged.set(anchor.name, anchor);
      },
    });
  }
}

/** An owner key's public facts for events and rows. */
export function someOwner(generation: number) {
  return { generation, keyId: randomBytes(8), ownerPublicKey: randomBytes(32) };
}
