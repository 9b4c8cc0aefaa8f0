import { formatLimits, objectIdBytes, PackBuilder, worthwhileFrameBytes } from '@coffer/backup-format';
import { ReusedCompressor } from '@coffer/backup-format/node';
import { randomBytes } from '@coffer/crypto';
import { hmacSha256, sha256 } from '@coffer/crypto/node';
import { newMessageSalt, sealingContext } from '@coffer/device-crypto';
import { sealChunkedSync } from '@coffer/device-crypto/node';

import { ChunkTable } from '../chunk-table';
import { collectGarbage } from './collect-garbage';
import { packMemoryBytes } from './pack-memory';
import type { BackupSetup, SealedPackMessage } from './worker-messages';

/** Whether chunks of one file are worth compressing: what does not shrink is tried less and less often. */
export interface CompressionHabit {
  isTried: boolean;
  /** Chunks to leave alone before the next try. */
  toSkip: number;
  skipNext: number;
}

const mostSkipped = 16;

export function newCompressionHabit(isTried: boolean): CompressionHabit {
  return { isTried, toSkip: 0, skipNext: 1 };
}

/** Takes raw chunks in a worker thread, leaves out what is stored, and sends sealed packs to the main thread. */
export class PackSink {
  readonly #setup: BackupSetup;
  readonly #table: ChunkTable;
  readonly #builder: PackBuilder;
  readonly #compressor = new ReusedCompressor();
  readonly #send: (pack: SealedPackMessage) => void;
  /** Holds the pack that is being filled; undefined after one was sent, until there is other memory. */
  #memory: ArrayBuffer | undefined;
  #wake: (() => void) | undefined;

  constructor(setup: BackupSetup, send: (pack: SealedPackMessage) => void) {
    this.#setup = setup;
    this.#table = new ChunkTable(setup.table);
    this.#send = send;
    this.#memory = setup.memory;
    this.#builder = new PackBuilder(plaintextPlace(setup.memory));
  }

  /** Whether `raw` is stored or taken already; else it is now this worker's to add. Writes the id to `ids` at `at`. */
  isKnown(raw: Uint8Array, ids: Uint8Array, at: number): boolean {
    ids.set(hmacSha256(this.#setup.chunkIdKey, raw), at);
    return !this.#table.claim(ids, at);
  }

  /** Adds a chunk that {@link isKnown} did not know. Waits while the store is behind. */
  async add(id: Uint8Array, raw: Uint8Array, habit: CompressionHabit): Promise<void> {
    const frame = this.#compress(raw, habit);
    let content = frame ?? raw;
    if (!this.#builder.fits(content.length + 1, raw.length)) this.flush();
    // Whatever is compressed while this waits takes the place of the frame.
    if (this.#memory === undefined && frame !== undefined) content = frame.slice();
    while (this.#memory === undefined) await new Promise<void>((wake) => (this.#wake = wake));
    this.#builder.add(id, content, raw.length, frame !== undefined);
  }

  /** Seals what has been added, where it lies, and sends it. The next chunk waits for other memory. */
  flush(): void {
    if (this.#builder.chunks === 0 || this.#memory === undefined) return;
    const { plaintext, table } = this.#builder.finish();
    const packId = randomBytes(objectIdBytes);
    const { repositoryId, epoch, packKey } = this.#setup;
    const key = { inputKey: packKey, context: sealingContext('pack', repositoryId, epoch, packId) };
    // The table names all chunks by keyed hashes of their content: it says what is in the pack.
    const sealed = sealChunkedSync(key, plaintext, newMessageSalt(key, sha256(table)), new Uint8Array(this.#memory));
    this.#memory = undefined;
    this.#send({ type: 'pack', packId, sealed, table });
    // All of it: what lived as long as a pack has been promoted, and a thread's old space would grow to three times what is in it.
    collectGarbage('major');
  }

  /** @returns a frame that is valid until the next call; undefined where compressing does not pay */
  #compress(raw: Uint8Array, habit: CompressionHabit): Uint8Array | undefined {
    if (!habit.isTried) return undefined;
    if (habit.toSkip > 0) {
      habit.toSkip -= 1;
      return undefined;
    }
    const frame = this.#compressor.compress(raw);
    if (frame.length <= worthwhileFrameBytes(raw.length)) {
      habit.skipNext = 1;
      return frame;
    }
    habit.toSkip = habit.skipNext;
    habit.skipNext = Math.min(mostSkipped, 2 * habit.skipNext);
    return undefined;
  }

  /** Memory for the next pack. */
  goOn(memory: ArrayBuffer): void {
    this.#memory = memory;
    this.#builder.moveTo(plaintextPlace(memory));
    this.#wake?.();
  }
}

/** The end of the memory: what lies there can be sealed to its start. */
function plaintextPlace(memory: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory, packMemoryBytes - formatLimits.packPlainBytes, formatLimits.packPlainBytes);
}
