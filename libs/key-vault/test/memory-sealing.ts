import { openXChaCha, randomBytes, sealXChaCha, sha256 } from '@coffer/crypto';
import { concatBytes, encodeCbor } from '@coffer/foundation';
import {
  SealerError,
  type AccountTransaction,
  type EndingFacts,
  type KnownKeys,
  type Sealed,
  type SealedRow,
  type SealingContext,
  type SealingEpochInfo,
  type SealingEpochRow,
  type SealingKeys,
  type SealingStore,
} from '../src/index';
import { memorySealer } from './memory-vault';

/** A sealer whose keys are in memory, one per epoch. */
export class EpochSealer implements SealingKeys {
  readonly kind = 'key-file';
  readonly rootId = new Uint8Array(8);
  readonly mac = memorySealer.mac;
  readonly keys = new Map<number, Uint8Array>([[1, randomBytes(32)]]);
  #newest = 1;

  epochs(): readonly SealingEpochInfo[] {
    return [...this.keys.keys()].map((epoch) => ({ epoch, keyId: Uint8Array.of(epoch), createdAtMs: 0 }));
  }

  sealingEpoch(): number {
    return this.#newest;
  }

  async seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed> {
    return this.sealUnder(this.#newest, plaintext, context);
  }

  /** As a process does that has not heard of a newer epoch. */
  sealUnder(epoch: number, plaintext: Uint8Array, context: SealingContext): Sealed {
    const nonce = randomBytes(24);
    const sealed = sealXChaCha(this.#key(epoch), nonce, plaintext, bound(context));
    return { epoch, bytes: concatBytes(nonce, sealed) };
  }

  async open({ epoch, bytes }: Sealed, context: SealingContext): Promise<Uint8Array> {
    const key = this.#key(epoch);
    try {
      return openXChaCha(key, bytes.subarray(0, 24), bytes.subarray(24), bound(context));
    } catch (cause) {
      throw new SealerError('does-not-open', 'does not open', { cause });
    }
  }

  async follow({ epochs }: KnownKeys): Promise<void> {
    this.#newest = epochs.at(-1)!.epoch;
  }

  async createEpoch(epoch: number): Promise<SealingEpochInfo> {
    if (!this.keys.has(epoch)) this.keys.set(epoch, randomBytes(32));
    return { epoch, keyId: Uint8Array.of(epoch), createdAtMs: 0 };
  }

  async destroyEpoch(epoch: number): Promise<void> {
    this.keys.delete(epoch);
  }

  async problem(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    return undefined;
  }

  #key(epoch: number): Uint8Array {
    const key = this.keys.get(epoch);
    if (key === undefined) throw new SealerError('unknown-epoch', `no key of epoch ${epoch}`);
    return key;
  }
}

function bound({ account, serial, table, stateVersion, facts }: SealingContext): Uint8Array {
  return sha256(encodeCbor({ account, serial, table, stateVersion, facts: facts ?? {} }));
}

/** A readable twin of the epochs' table and of sealed values, one column of them. */
export class MemorySealing implements SealingStore<AccountTransaction> {
  nowMs = 0;
  readonly places = ['values'];
  readonly values = new Map<number, SealedRow>();
  /** Told before a value is replaced. */
  onReplace: (key: number) => void = () => undefined;
  epochs: (SealingEpochRow & { readonly destroyed: boolean })[] = [this.#row({ epoch: 1, keyId: Uint8Array.of(1) })];

  put(key: number, sealed: Sealed, context: SealingContext): void {
    this.values.set(key, { key: [key], context, sealed });
  }

  async look() {
    const epochs = this.epochs.filter(({ destroyed }) => !destroyed);
    return { nowMs: this.nowMs, epochs: epochs.map((each) => ({ ...each, isNamed: this.#isNamed(each.epoch) })) };
  }

  async followed(): Promise<KnownKeys> {
    return { rootId: new Uint8Array(8), epochs: this.epochs.filter(({ endedAtMs }) => endedAtMs === null) };
  }

  async name({ epoch, keyId }: SealingEpochInfo): Promise<void> {
    if (!this.epochs.some((each) => each.epoch === epoch)) this.epochs.push(this.#row({ epoch, keyId }));
  }

  async next(
    _place: string,
    below: number,
    after: SealedRow | undefined,
    limit: number,
  ): Promise<readonly SealedRow[]> {
    return [...this.values.values()]
      .filter(({ key, sealed }) => sealed.epoch < below && Number(key[0]) > Number(after?.key[0] ?? 0))
      .sort((left, right) => Number(left.key[0]) - Number(right.key[0]))
      .slice(0, limit);
  }

  async replace(_place: string, row: SealedRow, sealed: Sealed): Promise<boolean> {
    const key = Number(row.key[0]);
    this.onReplace(key);
    if (this.values.get(key)?.sealed !== row.sealed) return false;
    this.put(key, sealed, row.context);
    return true;
  }

  async stir(epoch: number): Promise<void> {
    this.#change((each) => each.epoch > epoch && each.endedAtMs === null, { resealedAtMs: null });
  }

  async noteResealed(newest: number): Promise<void> {
    this.#change((each) => each.epoch <= newest && each.resealedAtMs === null, { resealedAtMs: this.nowMs });
  }

  async endingFacts(_transaction: AccountTransaction, epoch: number): Promise<EndingFacts | undefined> {
    if (!this.epochs.some((each) => each.epoch === epoch && each.endedAtMs === null)) return undefined;
    const later = this.epochs.filter((each) => each.epoch > epoch).map(({ resealedAtMs }) => resealedAtMs);
    const known = later.filter((atMs) => atMs !== null);
    const resealedAtMs = known.length === 0 ? null : Math.min(...known);
    return { nowMs: this.nowMs, isNamed: this.#isNamed(epoch), resealedAtMs };
  }

  async end(_transaction: AccountTransaction, epoch: number): Promise<void> {
    this.#change((each) => each.epoch === epoch, { endedAtMs: this.nowMs });
  }

  async noteDestroyed(epoch: number): Promise<void> {
    this.#change((each) => each.epoch === epoch, { destroyed: true });
  }

  #isNamed(epoch: number): boolean {
    return [...this.values.values()].some(({ sealed }) => sealed.epoch === epoch);
  }

  #row({ epoch, keyId }: Pick<SealingEpochInfo, 'epoch' | 'keyId'>) {
    const times = { createdAtMs: this.nowMs, resealedAtMs: null, endedAtMs: null };
    return { epoch, keyId, ...times, isNamed: false, destroyed: false };
  }

  #change(
    which: (each: SealingEpochRow) => boolean,
    change: Partial<SealingEpochRow & { readonly destroyed: boolean }>,
  ): void {
    this.epochs = this.epochs.map((each) => (which(each) ? { ...each, ...change } : each));
  }
}
