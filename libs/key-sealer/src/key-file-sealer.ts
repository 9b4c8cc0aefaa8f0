import { CryptoError, openXChaCha, randomBytes, sealXChaCha } from '@coffer/crypto';
import { hkdfSha256, hmacSha256, sha256 } from '@coffer/crypto/node';
import { concatBytes, encodeCbor, fromBase64Url, toBase64Url, toHex, type Clock } from '@coffer/foundation';
import {
  SealerError,
  type Sealed,
  type SealingContext,
  type SealingEpochInfo,
  type SealingKeys,
} from '@coffer/key-vault';
import { associatedData } from './associated-data';
import { createRoot, keyBytes, readRoot, rootIdOf } from './key-file-root';
import { createKeyFile, epochFileName, listEpochs, readKeyFile, rootFileName } from './key-files';
import { requireEpochs, requireRoot, type KnownKeys } from './known-keys';
import { sealerLabels } from './labels';

export interface KeyFileOptions {
  /** Folder of the key files, kept out of the database's backups. */
  readonly folder: string;
  /** What the database names; undefined only where the database is empty, and then missing keys are made. */
  readonly known: KnownKeys | undefined;
  readonly clock: Clock;
}

interface EpochKey extends SealingEpochInfo {
  readonly key: Uint8Array;
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
  const root = await loadRoot(options);
  const rootId = rootIdOf(root);
  requireRoot(rootId, options.known, `in ${options.folder}`);
  const epochs = await loadEpochs(options, root);
  return new KeyFileSealer(rootId, epochs, hkdfSha256(root, none, sealerLabels.mac, keyBytes));
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

async function loadEpochs({ folder, known, clock }: KeyFileOptions, root: Uint8Array): Promise<readonly EpochKey[]> {
  const wrap = hkdfSha256(root, none, sealerLabels.epochWrap, keyBytes);
  let numbers = await listEpochs(folder);
  if (numbers.length === 0 && known === undefined) {
    await createEpoch(folder, 1, wrap, clock);
    numbers = await listEpochs(folder);
  }
  const epochs = await Promise.all(numbers.map((epoch) => readEpoch(folder, epoch, wrap)));
  requireEpochs(epochs, known, `in ${folder}`);
  return epochs;
}

async function createEpoch(folder: string, epoch: number, wrap: Uint8Array, clock: Clock): Promise<void> {
  const key = randomBytes(keyBytes);
  const nonce = randomBytes(nonceBytes);
  const keyId = hkdfSha256(key, none, sealerLabels.epochId, 8);
  const sealed = concatBytes(nonce, sealXChaCha(wrap, nonce, key, encodeCbor({ epoch, keyId })));
  await createKeyFile(folder, epochFileName(epoch), {
    v: 1,
    epoch,
    createdAtMs: clock.nowMs(),
    keyId: toHex(keyId),
    sealed: toBase64Url(sealed),
  });
}

async function readEpoch(folder: string, epoch: number, wrap: Uint8Array): Promise<EpochKey> {
  const name = epochFileName(epoch);
  const file = await readKeyFile(folder, name);
  const { keyId, createdAtMs, sealed } = file ?? {};
  const wrong = (cause?: unknown): SealerError =>
    new SealerError('wrong-key', `${name} in ${folder} does not belong to the root key beside it`, { cause });
  if (typeof keyId !== 'string' || typeof createdAtMs !== 'number' || typeof sealed !== 'string') throw wrong();
  try {
    const bytes = fromBase64Url(sealed);
    const id = new Uint8Array(Buffer.from(keyId, 'hex'));
    const associated = encodeCbor({ epoch, keyId: id });
    const key = openXChaCha(wrap, bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes), associated);
    return { epoch, keyId: id, createdAtMs, key };
  } catch (cause) {
    throw wrong(cause);
  }
}

class KeyFileSealer implements SealingKeys {
  readonly kind = 'key-file';
  readonly rootId: Uint8Array;
  readonly #epochs: readonly EpochKey[];
  readonly #macKey: Uint8Array;

  constructor(rootId: Uint8Array, epochs: readonly EpochKey[], macKey: Uint8Array) {
    this.rootId = rootId;
    this.#epochs = epochs;
    this.#macKey = macKey;
  }

  epochs(): readonly SealingEpochInfo[] {
    return this.#epochs.map(({ epoch, keyId, createdAtMs }) => ({ epoch, keyId, createdAtMs }));
  }

  sealingEpoch(): number {
    return this.#epochs.at(-1)!.epoch;
  }

  async seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed> {
    const { epoch, key } = this.#epochs.at(-1)!;
    const nonce = randomBytes(nonceBytes);
    const bytes = concatBytes(nonce, sealXChaCha(key, nonce, plaintext, associatedData(context, epoch)));
    return { epoch, bytes };
  }

  async open(sealed: Sealed, context: SealingContext): Promise<Uint8Array> {
    const found = this.#epochs.find(({ epoch }) => epoch === sealed.epoch);
    if (found === undefined) {
      throw new SealerError('unknown-epoch', `there is no sealing key of epoch ${sealed.epoch}`);
    }
    if (sealed.bytes.length < nonceBytes) throw new SealerError('does-not-open', 'sealed bytes are too short');
    try {
      const nonce = sealed.bytes.subarray(0, nonceBytes);
      return openXChaCha(found.key, nonce, sealed.bytes.subarray(nonceBytes), associatedData(context, sealed.epoch));
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

  /** Keys are read once, at the start, and stay in memory. */
  async problem(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    return undefined;
  }
}
