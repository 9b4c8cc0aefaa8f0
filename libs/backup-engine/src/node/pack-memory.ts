import { formatLimits } from '@coffer/backup-format';
import { sealedSize } from '@coffer/device-crypto';

/** Room for any pack that this engine writes, sealed. Other writers may make larger ones. */
export const packMemoryBytes = sealedSize(formatLimits.packPlainBytes);

/**
 * Memory for sealed packs that goes round between the threads of a run. Allocating 16 MiB for each pack would leave as much
 * unused memory in every thread, since the allocator keeps what it freed.
 */
export class PackMemory {
  readonly #free: ArrayBuffer[] = [];

  /** @returns exactly `bytes` bytes, not cleared */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > packMemoryBytes) return new Uint8Array(bytes);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(packMemoryBytes), 0, bytes);
  }

  /** Takes memory back; that of larger packs is left to the collector. */
  give(memory: ArrayBuffer): void {
    if (memory.byteLength === packMemoryBytes) this.#free.push(memory);
  }
}
