import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { utf8 } from '@coffer/foundation';

import type { Vector } from './vector';

/** The committed vectors. */
export const vectorsFolder = resolve(import.meta.dirname, '../../vectors');

/** JSON as it is committed: two blanks, a final newline. */
export function jsonBytes(value: unknown): Uint8Array {
  return utf8(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** The files of a vector by their names: vector.json for people, objects.json with what lies in the store. */
export function filesOf({ file, objects }: Vector): ReadonlyMap<string, Uint8Array> {
  const encoded = [...objects].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')] as const);
  return new Map([
    ['vector.json', jsonBytes(file)],
    ['objects.json', jsonBytes(Object.fromEntries(encoded.sort(([left], [right]) => (left < right ? -1 : 1))))],
  ]);
}

/** All files below a folder, by their paths with `/`. */
export function readFolder(folder: string): ReadonlyMap<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1).replaceAll('\\', '/'), new Uint8Array(readFileSync(path))];
    }),
  );
}

/** Puts exactly these files into a folder; what was there before is gone. */
export function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
