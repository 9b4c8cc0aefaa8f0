import { generateBackupKey } from '@coffer/device-crypto';
import { Repository, type EnginePlatform } from '@coffer/backup-engine';
import { MemoryObjectStore } from '@coffer/object-store';

const mebibyte = 1024 * 1024;

/** A file of the corpus: media that does not shrink, and one that is cut like a chat database. */
export interface BenchFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The same bytes in every run (xorshift32): files of 8 MiB, one of four with the first bytes of a database. */
export function* benchFiles(totalMebibytes: number): Generator<BenchFile, void> {
  for (let number = 0; number < totalMebibytes / 8; number++) {
    const words = new Uint32Array((8 * mebibyte) / 4);
    let state = number + 1;
    for (let at = 0; at < words.length; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[at] = state;
    }
    const bytes = new Uint8Array(words.buffer);
    if (number % 4 === 0) bytes.set(new TextEncoder().encode('SQLite format 3\0\x10\0'));
    yield { name: number % 4 === 0 ? `database-${number}.db` : `media-${number}.jpg`, bytes };
  }
}

export function newRepository(platform: EnginePlatform): Promise<Repository> {
  return Repository.create({ store: new MemoryObjectStore(), backupKey: generateBackupKey(), platform });
}
