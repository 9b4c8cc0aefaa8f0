import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hashes, run } from './run-coffer';

let folder: string;
let source: string;
let common: readonly string[];
const large = randomBytes(500_000);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-mending-'));
  source = join(folder, 'source');
  mkdirSync(source);
  const store = `file:${join(folder, 'store')}`;
  const key = join(folder, 'key');
  common = ['--store', store, '--key', key, '--home', join(folder, 'home'), '--json'];
  expect((await run(['init', '--store', store, '--key-out', key])).code).toBe(0);
  writeFileSync(join(source, 'large.bin'), large);
  expect((await run(['backup', source, ...common])).code).toBe(0);
  writeFileSync(join(source, 'text.txt'), 'a message');
  expect((await run(['backup', source, ...common])).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const linesOf = (printed: string): Record<string, unknown>[] =>
  printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ type }) => type !== 'progress');

/** Files of the store of one kind, absolute. */
const objects = (kind: string): readonly string[] =>
  [...hashes(join(folder, 'store')).keys()]
    .filter((path) => path.includes(`/${kind}/`))
    .map((path) => join(folder, 'store', path));

describe('coffer stats, prune --dry-run, rebuild-index and restore --salvage', { timeout: 120_000 }, () => {
  it('count what is there, and do nothing when they are asked what they would do', async () => {
    const before = hashes(join(folder, 'store'));
    const stats = await run(['stats', ...common]);
    expect(linesOf(stats.printed)).toMatchObject([
      {
        type: 'summary',
        snapshots: 2,
        files: 2,
        snapshotBytes: 2 * large.length + 9,
        rawBytes: large.length + 9,
        packs: 2,
      },
    ]);
    const prune = await run(['prune', '--keep-last', '1', '--dry-run', ...common]);
    expect(linesOf(prune.printed)).toMatchObject([
      { type: 'snapshot', isKept: true, reasons: ['current', 'last'] },
      { type: 'snapshot', isKept: false, reasons: [] },
      { type: 'summary', dryRun: true, snapshots: 1, leaving: 1, marked: 1, deleted: 0, nextDueAt: null },
    ]);
    expect(hashes(join(folder, 'store'))).toEqual(before);
    for (const wrong of [
      ['--keep-last', '0'],
      ['--keep-daily', 'x'],
      ['--time-zone', 'UTC'],
    ]) {
      expect((await run(['prune', ...wrong, ...common])).code, wrong.join(' ')).toBe(2);
    }
  });

  it('bring back a backup whose indexes are lost', async () => {
    for (const path of objects('index')) rmSync(path);
    expect((await run(['restore', '--out', join(folder, 'fails'), ...common])).code).toBe(4);
    const rebuilt = await run(['rebuild-index', ...common]);
    expect([rebuilt.code, linesOf(rebuilt.printed)]).toMatchObject([
      0,
      [{ type: 'summary', indexes: 2, rebuilt: 2, packs: 2 }],
    ]);
    const out = join(folder, 'whole');
    expect((await run(['restore', '--out', out, ...common])).code).toBe(0);
    expect(hashes(join(out, 'source'))).toEqual(hashes(source));
  });

  it('give back all but one bad piece, name it, and end with exit code 4', async () => {
    const [path] = objects('packs').filter((each) => readFileSync(each).length > large.length);
    const bytes = readFileSync(path!);
    bytes[300_000]! ^= 1;
    rmSync(path!);
    writeFileSync(path!, bytes);
    expect((await run(['restore', '--out', join(folder, 'stops'), ...common])).code).toBe(4);
    const out = join(folder, 'salvaged');
    const salvage = await run(['restore', '--salvage', '--out', out, ...common]);
    expect(salvage.code).toBe(4);
    expect(linesOf(salvage.printed)).toMatchObject([
      { type: 'warning', code: 'damaged' },
      { type: 'broken-file', path: 'source/large.bin', savedAs: 'source/large.bin.salvaged', sizeBytes: large.length },
      { type: 'summary', files: 1, broken: 1, problems: 1 },
      { type: 'error', code: 'damaged', broken: 1 },
    ]);
    const saved = readFileSync(join(out, 'source/large.bin.salvaged'));
    const lost = [...saved.keys()].filter((at) => saved[at] !== large[at]);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.at(-1)! - lost[0]!).toBeLessThan(16_384);
    expect(readFileSync(join(out, 'source/text.txt'), 'utf8')).toBe('a message');
    expect((await run(['restore', '--salvage', '--conversation', 'x', '--out', out, ...common])).code).toBe(2);
  });

  it('restores the messages of a time, as one document for each conversation that has any', async () => {
    const chats = join(folder, 'chats');
    mkdirSync(chats);
    const line = (day: number, text: string): string => `[${day}.05.24, 10:30:00] Anna: ${text}`;
    writeFileSync(
      join(chats, 'WhatsApp Chat with Anna.txt'),
      [13, 14, 15].map((day) => line(day, `of ${day}`)).join('\n'),
    );
    writeFileSync(join(chats, 'WhatsApp Chat with Ben.txt'), line(20, 'later'));
    expect((await run(['backup', chats, ...common])).code).toBe(0);
    const out = join(folder, 'may');
    const restored = await run(['restore', '--since', '2024-05-14', '--until', '2024-05-15', '--out', out, ...common]);
    expect(restored.code, restored.printed).toBe(0);
    expect(linesOf(restored.printed)).toMatchObject([{ type: 'summary', conversations: 1, messages: 1 }]);
    const document = readFileSync(join(out, 'conversation-1.json'), 'utf8');
    expect(document).toContain('of 14');
    expect(document).not.toMatch(/of 13|of 15|later/);
    const none = await run(['restore', '--since', '2025-01-01', '--out', join(folder, 'none'), ...common]);
    expect(none.printed).toContain('not-found');
  });
});
