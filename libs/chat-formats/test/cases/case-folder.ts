import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Case } from './case';

/** The committed cases. */
export const casesFolder = resolve(import.meta.dirname, '../../cases');

/** Names of the folders that are there. */
export const caseNames = (): readonly string[] =>
  readdirSync(casesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

export const readCase = (name: string): Case => JSON.parse(readCaseFile(name, 'case.json').toString()) as Case;

export const readCaseFile = (name: string, file: string): Buffer => readFileSync(join(casesFolder, name, file));

/** JSON as it is committed: two blanks, a final newline. */
export const committedJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Puts exactly these files into the folder of a case. */
export function writeCase(name: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  const folder = join(casesFolder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
}
