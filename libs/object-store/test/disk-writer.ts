// A program that writes objects to a folder until it is killed: `disk-writer.mjs FOLDER forever|once`.
import { ObjectStoreError } from '../src/index';
import { DiskObjectStore } from '../src/node';

/** Size of every object that it writes, in bytes. */
export const objectBytes = 2 * 1024 * 1024;

async function* content(value: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < objectBytes; at += 65_536) yield new Uint8Array(65_536).fill(value);
}

async function main(folder: string, mode: string): Promise<void> {
  const store = new DiskObjectStore(folder);
  process.stdout.write(mode === 'once' ? '' : 'ready');
  for (let index = 0; ; index++) {
    try {
      await store.put(`${process.pid}-${index}`, content(index % 256), { contentLength: objectBytes });
    } catch (error) {
      process.stdout.write(error instanceof ObjectStoreError ? error.code : 'another error');
      return;
    }
    if (mode === 'once') return;
  }
}

const [, program, folder, mode] = process.argv;
if (program?.endsWith('disk-writer.mjs') === true && folder !== undefined) await main(folder, mode ?? 'once');
