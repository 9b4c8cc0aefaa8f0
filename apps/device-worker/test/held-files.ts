import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startSqlite, type Sqlite } from '@coffer/chat-formats/browser';
import type { FileParts } from '../src/file-handlers';

const contents = new WeakMap<File, Uint8Array>();
let started: Promise<Sqlite> | undefined;

/** A file as a person chooses it. Node reads a `File` only by and by, so its bytes are remembered here. */
export function heldFile(name: string, content: Uint8Array): File {
  const file = new File([new Uint8Array(content)], name);
  contents.set(file, content);
  return file;
}

/** The parts of a device in Node: the package's own module, and the bytes of files that `heldFile` made. */
export const heldFiles: FileParts = {
  sqlite: () => {
    const path = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
    return (started ??= WebAssembly.compile(readFileSync(path)).then(startSqlite));
  },
  read: (file) => {
    const content = contents.get(file) ?? new Uint8Array();
    return {
      name: file.name,
      sizeBytes: content.length,
      read: (offset, length) => new Uint8Array(content.subarray(offset, offset + length)),
    };
  },
};
