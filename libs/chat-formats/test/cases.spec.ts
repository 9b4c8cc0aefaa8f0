import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBackup as openInBrowser } from '../src/browser';
import { startSqlite, type Sqlite } from '../src/browser/sqlite';
import { openBackup as openInNode } from '../src/node';
import { allRecipes } from './cases/all-recipes';
import { caseNames, casesFolder, committedJson, readCase, readCaseFile, writeCase } from './cases/case-folder';
import type { Recipe } from './cases/case';
import { optionsOf, outcomeOf, type Outcome } from './cases/open-case';

const isWriting = process.env['COFFER_WRITE_CASES'] === '1';
const mostBytes = 400_000;

const recipes = allRecipes();
const folder = mkdtempSync(join(tmpdir(), 'coffer-cases-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function outcomeInNode(file: string, bytes: Uint8Array, options: ReturnType<typeof optionsOf>): Promise<Outcome> {
  const path = join(folder, file);
  writeFileSync(path, bytes);
  return outcomeOf(() => openInNode(path, options));
}

/** Makes a case anew; what a reader finds in it is written beside it, and the recipe says whether it should. */
async function writeAnew({ name, bytes, beside = {}, warnings: _warnings, ...rest }: Recipe): Promise<void> {
  const options = optionsOf(rest.keys, (file) => beside[file]!);
  const { chats, opens } = await outcomeInNode(rest.file, bytes, options);
  writeCase(name, {
    [rest.file]: bytes,
    ...beside,
    'case.json': committedJson({ ...rest, ...(opens === undefined ? {} : { opens }) }),
    ...(chats === undefined ? {} : { 'chats.json': committedJson(chats) }),
  });
}

if (isWriting) {
  const names = new Set(recipes.map(({ name }) => name));
  for (const name of caseNames()) if (!names.has(name)) rmSync(join(casesFolder, name), { recursive: true });
  for (const recipe of recipes) await writeAnew(recipe);
}

let started: Promise<Sqlite> | undefined;
const sqlite = (): Promise<Sqlite> => {
  const path = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
  return (started ??= WebAssembly.compile(readFileSync(path)).then(startSqlite));
};

const expectedOf = (name: string): Outcome => {
  const { opens, refused } = readCase(name);
  if (refused !== undefined) return { refused };
  const [withChats] = [join(casesFolder, name, 'chats.json')].filter((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  const chats = withChats === undefined ? {} : { chats: JSON.parse(readFileSync(withChats, 'utf8')) as unknown };
  return { opens: opens!, ...chats };
};
const optionsFor = (name: string) => optionsOf(readCase(name).keys, (file) => readCaseFile(name, file));

describe('the committed cases', () => {
  it.each(recipes)('$name gives what stands beside it', async ({ name }) => {
    const { file } = readCase(name);
    expect(await outcomeInNode(file, readCaseFile(name, file), optionsFor(name))).toEqual(expectedOf(name));
  });
  // a passphrase takes a second and more in a browser: what it opens there is seen elsewhere
  it.each(recipes.filter(({ keys }) => keys.passphrase === undefined))(
    '$name gives it in a browser too',
    async ({ name }) => {
      const { file } = readCase(name);
      const bytes = readCaseFile(name, file);
      const read = (offset: number, length: number) => new Uint8Array(bytes.subarray(offset, offset + length));
      const source = { name: file, sizeBytes: bytes.length, read };
      expect(await outcomeOf(() => openInBrowser(source, sqlite, optionsFor(name)))).toEqual(expectedOf(name));
    },
  );
  it.each(recipes)('$name is what its recipe says', ({ name, what, file, keys, beside = {}, refused, warnings }) => {
    const committed = readCase(name);
    expect(committed).toMatchObject({ what, file, keys });
    expect(committed.refused).toBe(refused);
    expect(committed.opens?.warnings).toEqual(refused === undefined ? warnings : undefined);
    for (const [other, bytes] of Object.entries(beside)) {
      expect(readCaseFile(name, other).equals(bytes), other).toBe(true);
    }
  });
  it('are all there, each named once, and no others', () => {
    const names = recipes.map(({ name }) => name);
    expect(caseNames()).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });
  it('are small', () => {
    const bytes = recipes.reduce((sum, { name }) => sum + readCaseFile(name, readCase(name).file).length, 0);
    expect(bytes).toBeLessThan(mostBytes);
  });
});
