import {
  chunkIdBytes,
  formatLimits,
  objectIdBytes,
  PackBuilder,
  worthwhileFrameBytes,
  type Compressor,
} from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { newMessageSalt, sealingContext } from '@coffer/device-crypto';

import { ChunkTable } from '../chunk-table';
import type { EnginePlatform } from '../platform';
import { packMemoryBytes } from '../workers/pack-memory';
import type { BackupSetup, SealedPackMessage } from '../workers/worker-messages';
import type { WorkerPlatform } from '../workers/worker-platform';
import { isNextTried, noteTry, type CompressionHabit } from './compression-habit';

/** What a sink says to the thread that gives the work. */
export interface PackSinkPort {
  send(pack: SealedPackMessage): void;
  /** Asks which ids are the worker's to add, where workers share no table. @returns a 1 for each that is */
  claim(ids: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** Takes raw chunks in a worker, leaves out what is stored, and sends sealed packs to the thread that gives the work. */
export class PackSink {
  readonly #setup: BackupSetup;
  readonly #platform: WorkerPlatform;
  readonly #engine: EnginePlatform;
  /** Undefined where the other threads have to be asked. */
  readonly #table: ChunkTable | undefined;
  readonly #builder: PackBuilder;
  readonly #compressor: Pick<Compressor, 'compress'> | undefined;
  readonly #port: PackSinkPort;
  /** Holds the pack that is being filled; undefined after one was sent, until there is other memory. */
  #memory: ArrayBuffer | undefined;
  #wake: (() => void) | undefined;

  constructor(setup: BackupSetup, platform: WorkerPlatform, port: PackSinkPort) {
    this.#setup = setup;
    this.#platform = platform;
    this.#engine = platform.newEngine();
    this.#table = setup.table === undefined ? undefined : new ChunkTable(setup.table);
    this.#compressor = platform.newCompressor();
    this.#port = port;
    this.#memory = setup.memory;
    this.#builder = new PackBuilder(plaintextPlace(setup.memory));
  }

  /**
   * Identifies chunks, and takes those that are neither stored nor taken: they are now this worker's to add.
   *
   * @param ids - the ids go here, from `at` on
   * @returns for each chunk a 1 where it is to be added
   */
  async claim(raws: readonly Uint8Array[], ids: Uint8Array, at: number): Promise<Uint8Array> {
    const key = this.#setup.chunkIdKey;
    if (raws.length === 1) ids.set(await this.#engine.hmacSha256(key, raws[0]!), at);
    else {
      const found = await Promise.all(raws.map(async (raw) => this.#engine.hmacSha256(key, raw)));
      for (const [number, id] of found.entries()) ids.set(id, at + number * chunkIdBytes);
    }
    const table = this.#table;
    if (table === undefined) return this.#port.claim(ids.slice(at, at + raws.length * chunkIdBytes));
    return claimAll(table, ids, at, raws.length);
  }

  /** Adds a chunk that {@link claim} gave to this worker. Waits while the store is behind. */
  async add(id: Uint8Array, raw: Uint8Array, habit: CompressionHabit): Promise<void> {
    const frame = this.#compress(raw, habit);
    let content = frame ?? raw;
    if (!this.#builder.fits(content.length + 1, raw.length)) await this.flush();
    // Whatever is compressed while this waits takes the place of the frame.
    if (this.#memory === undefined && frame !== undefined) content = frame.slice();
    while (this.#memory === undefined) await new Promise<void>((wake) => (this.#wake = wake));
    this.#builder.add(id, content, raw.length, frame !== undefined);
  }

  /** Seals what has been added, where it lies, and sends it. The next chunk waits for other memory. */
  async flush(): Promise<void> {
    if (this.#builder.chunks === 0 || this.#memory === undefined) return;
    const { plaintext, table } = this.#builder.finish();
    const packId = randomBytes(objectIdBytes);
    const { repositoryId, epoch, packKey } = this.#setup;
    const key = { inputKey: packKey, context: sealingContext('pack', repositoryId, epoch, packId) };
    // The table names all chunks by keyed hashes of their content: it says what is in the pack.
    const salt = newMessageSalt(key, await this.#engine.sha256(table));
    const sealed = await this.#platform.sealPack(key, plaintext, salt, new Uint8Array(this.#memory));
    this.#memory = undefined;
    this.#port.send({ type: 'pack', packId, sealed, table });
    // All of it: what lived as long as a pack has been promoted, and a thread's old space would grow to three times what is in it.
    this.#engine.collectGarbage('major');
  }

  /** @returns a frame that is valid until the next call; undefined where compressing does not pay */
  #compress(raw: Uint8Array, habit: CompressionHabit): Uint8Array | undefined {
    if (this.#compressor === undefined || !isNextTried(habit)) return undefined;
    const frame = this.#compressor.compress(raw);
    const doesPay = frame.length <= worthwhileFrameBytes(raw.length);
    noteTry(habit, doesPay);
    return doesPay ? frame : undefined;
  }

  /** Memory for the next pack. */
  goOn(memory: ArrayBuffer): void {
    this.#memory = memory;
    this.#builder.moveTo(plaintextPlace(memory));
    this.#wake?.();
  }
}

const one = Uint8Array.of(1);
const none = Uint8Array.of(0);

/** Takes so many ids for one worker. @returns a 1 for each that it is to add */
export function claimAll(table: ChunkTable, ids: Uint8Array, at: number, count: number): Uint8Array<ArrayBuffer> {
  if (count === 1) return table.claim(ids, at) ? one : none;
  return Uint8Array.from({ length: count }, (_, number) => Number(table.claim(ids, at + number * chunkIdBytes)));
}

/** The end of the memory: what lies there can be sealed to its start. */
function plaintextPlace(memory: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory, packMemoryBytes - formatLimits.packPlainBytes, formatLimits.packPlainBytes);
}
