import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proofSize } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CommandContext } from '../src/command-context';
import { describeError } from '../src/output/describe-error';
import { createReporter } from '../src/output/reporter';
import type { RepositoryOptions } from '../src/repository/repository-options';
import { runRestore, type RestoreRequest } from '../src/restore/run-restore';
import { runScramble } from '../src/scramble/run-scramble';
import { runSearch } from '../src/search/run-search';
import { hashes, run } from './run-coffer';

let folder: string;
let source: string;
let common: readonly string[];
/** Id of the snapshot that was made before any conversation was there. */
let first: string;
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
  const made = await run(['backup', source, ...common]);
  expect(made.code).toBe(0);
  first = String(linesOf(made.printed).at(-1)!['snapshot']);
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

  it('store again what verify found damaged, where the originals are still there', async () => {
    expect((await run(['verify', ...common])).code).toBe(4);
    const again = await run(['backup', source, ...common]);
    expect(again.code, again.printed).toBe(0);
    expect(Number(linesOf(again.printed).at(-1)!['storedBytes'])).toBeGreaterThan(large.length);
    expect((await run(['verify', ...common])).code).toBe(0);
    const out = join(folder, 'mended');
    expect((await run(['restore', '--out', out, ...common])).code).toBe(0);
    expect(hashes(join(out, 'source'))).toEqual(hashes(source));
    const unchanged = await run(['backup', source, ...common]);
    expect([unchanged.code, linesOf(unchanged.printed)]).toMatchObject([0, [{ filesUnchanged: 2 }]]);
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
    const one = await run(['restore', '--conversation', 'Ben', '--out', join(folder, 'one'), ...common]);
    expect(one.code, one.printed).toBe(0);
    expect(linesOf(one.printed)).toMatchObject([{ type: 'summary', conversations: 1, messages: 1 }]);
    expect(readdirSync(join(folder, 'one'))).toEqual(['conversation.json']);
    expect(readFileSync(join(folder, 'one/conversation.json'), 'utf8')).toMatch(/"text":"later"/);
    const none = await run(['restore', '--since', '2025-01-01', '--out', join(folder, 'none'), ...common]);
    expect(none.printed).toContain('not-found');
  });
});

/** Runs a command in this process, which needs no start of another. */
async function inProcess(command: (context: CommandContext) => Promise<void>): Promise<{
  readonly code: string | undefined;
  readonly lines: readonly Record<string, unknown>[];
  readonly summary: Record<string, unknown> | undefined;
}> {
  let written = '';
  const stdout = { write: (text: string) => (written += text) };
  const reporter = createReporter({ json: true, stdout, stderr: stdout });
  const code = await command({ reporter, signal: new AbortController().signal }).then(
    () => undefined,
    (error: unknown) => describeError(error).code,
  );
  const lines = written === '' ? [] : linesOf(written);
  return { code, lines, summary: lines.find(({ type }) => type === 'summary') };
}

const where = (): RepositoryOptions => ({ store: common[1]!, key: common[3]!, home: common[5]! });

interface Documents {
  readonly conversations: readonly {
    readonly title: string;
    readonly messages: readonly { readonly text: string }[];
  }[];
}

describe('coffer search --store', { timeout: 120_000 }, () => {
  const search = (words: string, snapshot?: string): ReturnType<typeof inProcess> =>
    inProcess((context) =>
      runSearch(context, {
        words: [words],
        limit: 100,
        repository: where(),
        ...(snapshot === undefined ? {} : { snapshot }),
      }),
    );

  it('finds words in all conversations of the newest snapshot, the newest message first', async () => {
    const { code, lines } = await search('of 1');
    expect(code).toBeUndefined();
    expect(lines).toMatchObject([
      { type: 'message', title: 'Anna', time: '2024-05-15T10:30:00', sender: 'Anna', excerpt: { hit: 'of' } },
      { type: 'message', time: '2024-05-14T10:30:00' },
      { type: 'message', time: '2024-05-13T10:30:00' },
      { type: 'summary', searched: 4, found: 3, shown: 3 },
    ]);
    expect((await search('LATER')).lines).toMatchObject([{ conversation: 'Ben' }, { searched: 4, found: 1 }]);
  });

  it('looks into the snapshot that is named, and says when there is none of that name', async () => {
    expect((await search('later', first)).lines).toEqual([{ type: 'summary', searched: 0, found: 0, shown: 0 }]);
    expect((await search('later', '0'.repeat(64))).code).toBe('no-snapshot');
  });
});

describe('coffer restore --merge', { timeout: 120_000 }, () => {
  const merge = (into: string, more: Partial<RestoreRequest> = {}): ReturnType<typeof inProcess> =>
    inProcess((context) => runRestore(context, { ...where(), snapshot: undefined, merge: into, ...more }));
  const textsIn = (path: string): readonly (readonly string[])[] =>
    (JSON.parse(readFileSync(path, 'utf8')) as Documents).conversations.map(({ messages }) =>
      messages.map(({ text }) => text),
    );
  const begin = async (name: string, more: Partial<RestoreRequest>): Promise<string> => {
    const out = join(folder, name);
    expect(
      await inProcess((context) => runRestore(context, { ...where(), snapshot: undefined, out, ...more })),
    ).toMatchObject({
      code: undefined,
    });
    return out;
  };

  it('puts in what the export lacks, every message once, and what it has stays', async () => {
    const into = await begin('merge-one', { since: '2024-05-14', until: '2024-05-15' });
    const document = join(into, 'conversation-1.json');
    writeFileSync(document, readFileSync(document, 'utf8').replace('of 14', 'of 14, of the export alone'));
    writeFileSync(join(into, 'other.json'), '{"not": "an export"}');
    expect(await merge(into, { since: '2024-05-15', until: '2024-05-16' })).toMatchObject({
      code: undefined,
      summary: { conversations: 1, messages: 2, added: 1 },
    });
    expect(textsIn(document)).toEqual([['of 14, of the export alone', 'of 15']]);
    expect(await merge(into)).toMatchObject({ summary: { conversations: 2, messages: 5, added: 3 } });
    expect(textsIn(document)).toEqual([['of 13', 'of 14, of the export alone', 'of 14', 'of 15'], ['later']]);
    const before = hashes(into);
    expect(await merge(into)).toMatchObject({ summary: { messages: 5, added: 0 } });
    expect(hashes(into)).toEqual(before);
    expect([...before.keys()].sort()).toEqual(['conversation-1.json', 'other.json']);
  });

  it('leaves conversations in their documents where there are several, and gives others their own', async () => {
    const into = await begin('merge-several', { until: '2024-05-15' });
    renameSync(join(into, 'conversation-1.json'), join(into, 'anna.json'));
    writeFileSync(
      join(into, 'mine.json'),
      '{"coffer":{"kind":"chats","version":1},"format":"my-service","conversations":[' +
        '{"id":"x","kind":"direct","title":"X","participants":[],"messages":[]}]}',
    );
    expect(await merge(into)).toMatchObject({ code: undefined, summary: { conversations: 3, messages: 4, added: 2 } });
    expect(textsIn(join(into, 'anna.json'))).toEqual([['of 13', 'of 14', 'of 15']]);
    expect(textsIn(join(into, 'conversation-1.json'))).toEqual([['later']]);
    expect(textsIn(join(into, 'mine.json'))).toEqual([[]]);
  });

  it('keeps the old export or completes the new one, wherever it is killed', async () => {
    const [old, whole] = [
      await begin('merge-old', { until: '2024-05-14' }),
      await begin('merge-new', { until: '2024-05-14' }),
    ];
    const document = 'conversation-1.json';
    expect((await merge(whole)).code).toBeUndefined();
    const [before, after] = [readFileSync(join(old, document), 'utf8'), readFileSync(join(whole, document), 'utf8')];
    // killed before the new documents are all there: they are thrown away, and the old export was never touched
    mkdirSync(join(old, '.coffer-merge-new/spool'), { recursive: true });
    writeFileSync(join(old, '.coffer-merge-new', document), after.slice(0, 100));
    expect((await merge(old, { conversation: 'nobody' })).code).toBe('not-found');
    expect([readFileSync(join(old, document), 'utf8'), readdirSync(old)]).toEqual([before, [document]]);
    // killed after: the next run begins with what was complete, whatever it is asked for itself
    mkdirSync(join(old, '.coffer-merge'));
    writeFileSync(join(old, '.coffer-merge', document), after);
    expect((await merge(old, { conversation: 'nobody' })).code).toBe('not-found');
    expect([readFileSync(join(old, document), 'utf8'), readdirSync(old)]).toEqual([after, [document]]);
    // and by real signals, at times that chance chooses
    const kills = proofSize({ sample: 2, long: 60 });
    for (let round = 0; round < kills; round++) {
      writeFileSync(join(old, document), before);
      const killAfterMs = 150 + Math.floor((round * 450) / kills);
      await run(['restore', '--merge', old, ...common], { killAfterMs });
      const left = readFileSync(join(old, document), 'utf8');
      expect([before, after], `${killAfterMs} ms`).toContain(left);
      expect((await merge(old)).code).toBeUndefined();
      expect([readFileSync(join(old, document), 'utf8'), readdirSync(old)]).toEqual([after, [document]]);
    }
  });

  it('refuses what holds no export, and options that do not go together', async () => {
    const empty = join(folder, 'merge-empty');
    mkdirSync(empty);
    expect((await merge(empty)).code).toBe('usage');
    expect((await merge(join(folder, 'merge-missing'))).code).toBe('not-found');
    for (const more of [{ out: empty }, { media: false }, { addMissing: true }, { salvage: true }]) {
      expect((await merge(empty, more)).code, JSON.stringify(more)).toBe('usage');
    }
    expect(readdirSync(empty)).toEqual([]);
  });
});

describe('coffer scramble', () => {
  it('writes the same shape without a word of it, and files of the same length', async () => {
    const scrambling = join(folder, 'scrambling');
    const photo = randomBytes(70_000);
    mkdirSync(join(scrambling, 'Media'), { recursive: true });
    writeFileSync(join(scrambling, 'Media/Holiday photograph.jpg'), photo);
    const message = { senderId: 'Margarethe', isFromSelf: false, timeMs: 1_700_000_000_000, kind: 'image' };
    const first = {
      ...message,
      id: '1',
      text: 'Grandmother arrives tomorrow',
      media: { path: 'Media/Holiday photograph.jpg' },
    };
    const chats = {
      ...{ coffer: { kind: 'chats', version: 1 }, format: 'my-service' },
      conversations: [
        {
          ...{ id: 'Margarethe', kind: 'direct', title: 'Margarethe', participants: [{ id: 'Margarethe' }] },
          messages: [first, { ...message, id: '2', timeMs: 1_700_000_060_000, media: { path: '../../escape.jpg' } }],
        },
      ],
    };
    writeFileSync(join(scrambling, 'chats.json'), JSON.stringify(chats));
    expect((await run(['backup', scrambling, ...common])).code).toBe(0);
    const request = { store: common[1]!, key: common[3]!, home: common[5]!, snapshot: undefined };
    const out = join(folder, 'nonsense');
    expect(await inProcess((context) => runScramble(context, { ...request, out }))).toMatchObject({
      code: undefined,
      summary: { conversations: 1, messages: 2, media: 1, mediaBytes: photo.length },
    });
    const [document, file] = [...hashes(out).keys()].sort();
    expect(file).toMatch(/^media\/[A-Z][a-z]{4}\/[A-Z][a-z]{6} [a-z]{10}\.jpg$/);
    const bytes = readFileSync(join(out, file!));
    expect([bytes.length, bytes.equals(photo), bytes.includes(photo.subarray(0, 8))]).toEqual([
      photo.length,
      false,
      false,
    ]);
    const text = readFileSync(join(out, document!), 'utf8');
    expect(text).not.toMatch(/margarethe|grandmother|arrives|tomorrow|holiday|photograph|escape/i);
    const [conversation] = (JSON.parse(text) as { conversations: typeof chats.conversations }).conversations;
    expect(conversation!.title).toBe(conversation!.id);
    expect(conversation!.messages.map(({ senderId }) => senderId)).toEqual([conversation!.id, conversation!.id]);
    expect(conversation!.messages[1]!.timeMs - conversation!.messages[0]!.timeMs).toBe(60_000);
    expect(`media/${conversation!.messages[0]!.media.path}`).toBe(file);
    // another secret each time, and never into a folder that holds something
    expect((await inProcess((context) => runScramble(context, { ...request, out }))).code).toBe('already-exists');
    const again = join(folder, 'other-nonsense');
    expect(await inProcess((context) => runScramble(context, { ...request, out: again, media: false }))).toMatchObject({
      summary: { media: 0 },
    });
    expect([...hashes(again).values()].some((hash) => [...hashes(out).values()].includes(hash))).toBe(false);
  });
});
