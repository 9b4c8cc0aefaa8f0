import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const variable = /\b(?:COFFER_[A-Z0-9_]*[A-Z0-9]|DATABASE_URL|CHROMIUM_PATH)\b/g;
const variablesOf = (text: string): string[] => [...new Set(text.match(variable))].sort();

/** One row of a table whose first column is a variable. */
interface Row {
  readonly name: string;
  readonly readers: readonly string[];
  readonly fallback: string;
}

const rows: readonly Row[] = read('docs/configuration.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, readers, fallback]) => ({
    name: name!.replaceAll('`', ''),
    readers: readers!.split(', '),
    fallback: fallback!.replaceAll('`', ''),
  }));

const sealer = 'libs/key-sealer/src/sealer-choice.ts';
const channels = 'libs/notice-channels/src/channel-variables.ts';
const limits = 'apps/vault-api/src/request-limits/limit-variables.ts';
const readers: readonly (readonly [reader: string, files: readonly string[]])[] = [
  ['vault-api', ['apps/vault-api/src/config.ts', sealer, channels, limits]],
  ['worker', ['apps/migration-worker/src/config.ts', sealer, channels]],
  ['identity', ['apps/demo-identity/src/config.ts']],
  ['portal', ['apps/restore-portal/src/server/config.ts']],
  ['dashboard', ['apps/ops-dashboard/src/server/config.ts']],
  ['command line', ['apps/cli/src/config.ts']],
  ['launcher', ['tools/start/src/options.ts', 'tools/start/src/ports.ts']],
];

/** Comments name what other programs read. */
const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
/** What the launcher takes from its own environment, beside what it hands to its services. */
const ownReads = (text: string): string[] =>
  [...text.matchAll(/process\.env(?:\.|\[')(\w+)/g)].map(([, name]) => name!);

describe('docs/configuration.md', () => {
  it('names every variable of this project that any source names, each once, and no other', () => {
    const isMade = (path: string): boolean => /(?:^|\/)(?:node_modules|dist|\.next|generated|test-results)$/.test(path);
    const pattern = '{apps,libs,tools,docker,.ci}/**/{*.ts,*.tsx,*.mjs,*.yaml,Dockerfile,run}';
    const files = globSync(pattern, { cwd: root, exclude: isMade });
    expect(files.length).toBeGreaterThan(1_000);
    const named = new Set(files.flatMap((path) => variablesOf(read(path))));
    expect(rows.map(({ name }) => name).sort()).toEqual([...named].sort());
  });

  it.each(readers)('says what %s reads, and nothing that it does not read', (reader, files) => {
    const launcher = reader === 'launcher' ? ownReads(read('tools/start/src/platform.ts')) : [];
    const reads = new Set([...files.flatMap((path) => variablesOf(withoutComments(read(path)))), ...launcher]);
    const said = rows.filter((row) => row.readers.includes(reader)).map(({ name }) => name);
    expect(said.sort()).toEqual([...reads].sort());
  });

  it('knows no reader but these, the tests and compose', () => {
    const known = new Set([...readers.map(([reader]) => reader), 'tests', 'compose']);
    for (const row of rows)
      expect([row.name, row.readers.filter((reader) => !known.has(reader))]).toEqual([row.name, []]);
  });

  it('gives the defaults that the schemas give', () => {
    const files = readers.flatMap(([, paths]) => paths);
    const defaults = files.flatMap((path) => [
      ...read(path).matchAll(/^ +(COFFER_\w+):[^\n]*\.default\((?:'([^']*)'|(\d[\d_]*))\),$/gm),
    ]);
    expect(defaults.length).toBeGreaterThan(40);
    for (const [, name, text, digits] of defaults) {
      const row = rows.find((one) => one.name === name);
      expect([name, row?.fallback]).toEqual([name, text ?? digits?.replaceAll('_', '')]);
    }
  });
});
