import { CryptoError, openXChaCha, randomBytes, sealXChaCha, wipe } from '@coffer/crypto';
import { hkdfSha256, hmacSha256, sha256 } from '@coffer/crypto/node';
import { concatBytes, toHex, type Clock } from '@coffer/foundation';
import {
  SealerError,
  type KnownKeys,
  type Sealed,
  type SealingContext,
  type SealingEpochInfo,
  type SealingKeys,
} from '@coffer/key-vault';
import { associatedData } from './associated-data';
import { createEpochFile, destroyEpochFile, epochWrapOf, readEpochFiles, type EpochKey } from './key-file-epochs';
import { createRoot, keyBytes, readRoot, rootIdOf } from './key-file-root';
import { rootFileName } from './key-files';
import { requireEpochs, requireRoot } from './known-keys';
import { sealerLabels } from './labels';
import { SealingLease } from './sealing-lease';

export interface KeyFileOptions {
  /** Folder of the key files, kept out of the database's backups. */
  readonly folder: string;
  /** What the database names; undefined only where the database is empty, and then missing keys are made. */
  readonly known: KnownKeys | undefined;
  /** How long it seals without being told which epoch seals; for ever unless given. */
  readonly leaseMs?: number;
  readonly clock: Clock;
}

const nonceBytes = 24;
const none = new Uint8Array(0);

/**
 * A sealer whose keys are files (0600): the embedded default. Rows are sealed with XChaCha20-Poly1305 under the epoch key
 * that they name; epoch keys are wrapped by the root key; macs are HMAC-SHA-256 under a key derived from the root.
 *
 * @throws SealerError `key-missing`, `wrong-key` where the files are not the keys that the database names, `key-exposed`
 */
export async function openKeyFileSealer(options: KeyFileOptions): Promise<SealingKeys> {
  const { folder, known, clock } = options;
  const root = await loadRoot(options);
  requireRoot(rootIdOf(root), known, `in ${folder}`);
  const wrap = epochWrapOf(root);
  let epochs = await readEpochFiles(folder, wrap);
  if (epochs.length === 0 && known === undefined) {
    await createEpochFile(folder, 1, wrap, clock);
    epochs = await readEpochFiles(folder, wrap);
  }
  requireEpochs(epochs, known, `in ${folder}`);
  const sealer = new KeyFileSealer(root, wrap, epochs, options);
  wipe(root);
  return sealer;
}

async function loadRoot({ folder, known, clock }: KeyFileOptions): Promise<Uint8Array> {
  const found = await readRoot(folder);
  if (found !== undefined) return found;
  if (known !== undefined) {
    throw new SealerError(
      'key-missing',
      `the root key ${toHex(known.rootId)}, ${rootFileName}, is not in ${folder}; without it nothing that the vault sealed can be opened. Put its copy back, or make it again out of its shares with "coffer-admin root restore"; a new one is made only for an empty database.`,
      { fields: { wanted: toHex(known.rootId) } },
    );
  }
  await createRoot(folder, randomBytes(keyBytes), clock);
  const made = await readRoot(folder);
  if (made === undefined) throw new SealerError('key-missing', `${rootFileName} was removed from ${folder} at once`);
  return made;
}

class KeyFileSealer implements SealingKeys {
  readonly kind = 'key-file';
  readonly rootId: Uint8Array;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #wrap: Uint8Array;
  readonly #macKey: Uint8Array;
  readonly #lease: SealingLease;
  #epochs: readonly EpochKey[];

  constructor(root: Uint8Array, wrap: Uint8Array, epochs: readonly EpochKey[], options: KeyFileOptions) {
    this.rootId = rootIdOf(root);
    this.#folder = options.folder;
    this.#clock = options.clock;
    this.#wrap = wrap;
    this.#macKey = hkdfSha256(root, none, sealerLabels.mac, keyBytes);
    this.#lease = new SealingLease(options.known, options.leaseMs);
    this.#epochs = epochs;
  }

  epochs(): readonly SealingEpochInfo[] {
    return this.#epochs.map(({ epoch, keyId, createdAtMs }) => ({ epoch, keyId, createdAtMs }));
  }

  sealingEpoch(): number {
    return this.#lease.sealingEpoch(this.#epochs);
  }

  async seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed> {
    this.#lease.requireFresh();
    const epoch = this.sealingEpoch();
    const key = this.#find(epoch)?.key ?? (await this.#appeared(epoch));
    const nonce = randomBytes(nonceBytes);
    const bytes = concatBytes(nonce, sealXChaCha(key, nonce, plaintext, associatedData(context, epoch)));
    return { epoch, bytes };
  }

  async open(sealed: Sealed, context: SealingContext): Promise<Uint8Array> {
    const key = this.#find(sealed.epoch)?.key ?? (await this.#appeared(sealed.epoch));
    if (sealed.bytes.length < nonceBytes) throw new SealerError('does-not-open', 'sealed bytes are too short');
    try {
      const nonce = sealed.bytes.subarray(0, nonceBytes);
      return openXChaCha(key, nonce, sealed.bytes.subarray(nonceBytes), associatedData(context, sealed.epoch));
    } catch (cause) {
      if (!(cause instanceof CryptoError)) throw cause;
      throw new SealerError('does-not-open', `a sealed row of ${context.table} was moved, edited or sealed elsewhere`, {
        cause,
      });
    }
  }

  async mac(message: Uint8Array, context: SealingContext): Promise<Uint8Array> {
    const bound = concatBytes(sha256(associatedData(context, 0)), message);
    return hmacSha256(this.#macKey, bound);
  }

  async follow(known: KnownKeys, askedAtMs: number): Promise<void> {
    requireRoot(this.rootId, known, `in ${this.#folder}`);
    const isHere = known.epochs.every(({ epoch }) => this.#find(epoch) !== undefined);
    const epochs = isHere ? this.#epochs : await this.#onDisk();
    requireEpochs(epochs, known, `in ${this.#folder}`);
    this.#lease.renew(known, askedAtMs);
    this.#keep(epochs.filter(({ epoch }) => !this.#lease.isEnded(epoch)));
  }

  async createEpoch(epoch: number): Promise<SealingEpochInfo> {
    await createEpochFile(this.#folder, epoch, this.#wrap, this.#clock);
    await this.#reload();
    const made = this.#find(epoch);
    if (made === undefined) throw new SealerError('key-missing', `the key of epoch ${epoch} was removed at once`);
    return { epoch, keyId: made.keyId, createdAtMs: made.createdAtMs };
  }

  async destroyEpoch(epoch: number): Promise<void> {
    await destroyEpochFile(this.#folder, epoch);
    this.#keep(this.#epochs.filter((key) => key.epoch !== epoch));
  }

  /** Keys stay in memory, so that they are at hand while the process runs. */
  async problem(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    return undefined;
  }

  #find(epoch: number): EpochKey | undefined {
    return this.#epochs.find((key) => key.epoch === epoch);
  }

  /** The key of an epoch that another process may have made a moment ago. */
  async #appeared(epoch: number): Promise<Uint8Array> {
    await this.#reload();
    const found = this.#find(epoch);
    if (found === undefined) throw new SealerError('unknown-epoch', `there is no sealing key of epoch ${epoch}`);
    return found.key;
  }

  async #reload(): Promise<void> {
    const found = await this.#onDisk();
    this.#keep([...new Set([...this.#epochs, ...found])]);
  }

  /** The keys of the folder. One that is held already stays the same bytes: somebody may be sealing with them, and the others go. */
  async #onDisk(): Promise<readonly EpochKey[]> {
    const found = await readEpochFiles(this.#folder, this.#wrap);
    return found.map((read) => {
      const held = this.#find(read.epoch);
      if (held !== undefined) wipe(read.key);
      return held ?? read;
    });
  }

  /** What is not kept is wiped. */
  #keep(epochs: readonly EpochKey[]): void {
    const dropped = this.#epochs.filter((key) => !epochs.includes(key));
    this.#epochs = epochs.toSorted((left, right) => left.epoch - right.epoch);
    for (const { key } of dropped) wipe(key);
  }
}
