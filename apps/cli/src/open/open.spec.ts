import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTestData } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runInspect } from '../inspect/run-inspect';
import { describeError } from '../output/describe-error';
import { createReporter, type Reporter } from '../output/reporter';
import { runOpen, type OpenRequest } from './run-open';

type Line = Readonly<Record<string, unknown>>;

interface Recorded {
  readonly reporter: Reporter;
  readonly lines: () => readonly Line[];
}

/** A reporter with --json, and the lines that it wrote. */
function record(): Recorded {
  let written = '';
  const stdout = { write: (text: string) => (written += text) };
  return {
    reporter: createReporter({ json: true, stdout, stderr: stdout }),
    lines: () =>
      written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line),
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-cli-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly exitCode: number;
  readonly code?: string;
  readonly lines: readonly Line[];
}

async function open(
  request: Partial<OpenRequest> & { readonly file: string },
  signal = new AbortController().signal,
): Promise<Result> {
  const { reporter, lines } = record();
  try {
    const out = join(folder, 'out');
    await runOpen({ reporter, signal }, { out, format: 'original', environmentKey: undefined, ...request });
    return { exitCode: 0, lines: lines() };
  } catch (error) {
    const { exitCode, code } = describeError(error);
    return { exitCode, code, lines: lines() };
  }
}

/** Everything below the output folder, temporaries too. */
function written(): readonly string[] {
  try {
    return (readdirSync(join(folder, 'out'), { recursive: true }) as string[]).sort();
  } catch {
    return [];
  }
}
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const chat = '31/12/2020, 23:59 - Anna: <b>hi</b>\n31/12/2020, 23:59 - Bo: hello\n';

describe('runOpen', () => {
  it('writes an exported chat as JSON, and says how much', async () => {
    const { exitCode, lines } = await open({ file: file('WhatsApp Chat with Anna.txt', chat), format: 'json' });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', chats: 1, messages: 2, output: 'json' });
    const document = JSON.parse(readFileSync(join(folder, 'out', 'WhatsApp Chat with Anna.json'), 'utf8')) as object;
    expect(document).toMatchObject({
      conversations: [{ title: 'Anna', messages: [{ text: '<b>hi</b>' }, { senderId: 'Bo' }] }],
    });
  });
  it('writes pages that hold no foreign markup', async () => {
    await open({ file: file('chat.txt', chat), format: 'html', timeZone: 'Europe/Berlin' });
    expect(written()).toEqual([
      'chat-html',
      ...['chat-00001-00001.html', 'index.html', 'style.css'].map((name) => `chat-html/${name}`),
    ]);
    const page = readFileSync(join(folder, 'out', 'chat-html', 'chat-00001-00001.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;hi&lt;/b&gt;');
    expect(page).toContain('22:59');
  });
  it('keeps what it writes from other people of the machine', async () => {
    await open({ file: file('chat.txt', chat), format: 'json' });
    expect(statSync(join(folder, 'out', 'chat.json')).mode & 0o077).toBe(0);
  });
  it('does the same thing twice, and replaces nothing else without being told', async () => {
    const path = file('chat.txt', chat);
    for (const format of ['json', 'html', 'original'] as const) {
      expect((await open({ file: path, format })).exitCode, format).toBe(0);
      expect((await open({ file: path, format })).exitCode, format).toBe(0);
    }
    file('chat.txt', `${chat}31/12/2020, 23:59 - Bo: more\n`);
    for (const format of ['json', 'html', 'original'] as const) {
      expect(await open({ file: path, format })).toMatchObject({ exitCode: 8, code: 'already-exists' });
      expect((await open({ file: path, format, force: true })).exitCode).toBe(0);
    }
    expect(written().filter((name) => name.includes('tmp'))).toEqual([]);
  });
  it('leaves nothing when it is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const path = file('chat.txt', chat);
    for (const format of ['json', 'html', 'original'] as const) await open({ file: path, format }, stop.signal);
    expect(written()).toEqual([]);
  });
  it('has an exit code for what is no backup, and for what is not there', async () => {
    expect(await open({ file: file('notes.txt', 'hello') })).toMatchObject({ exitCode: 7, code: 'not-a-backup' });
    expect(await open({ file: join(folder, 'nowhere') })).toMatchObject({ exitCode: 1, code: 'not-found' });
    expect(await open({ file: file('chat.txt', chat), timeZone: 'Mars/Olympus' })).toMatchObject({ exitCode: 2 });
  });
});

describe('runInspect', () => {
  it('says what a file is', async () => {
    const { reporter, lines } = record();
    await runInspect(reporter, file('chat.txt', chat));
    expect(lines()).toMatchObject([
      { type: 'summary', format: 'export-chat-text', keyWanted: 'none', isSupported: true },
    ]);
  });
});

describeWithTestData('runOpen on fixtures', (data) => {
  const derived = (name: string): string => data.path('fixtures', 'derived', name);
  const digits = '6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017';
  const msgstore = derived('msgstore-10k.db.crypt15');

  it('gives the known bytes', async () => {
    const { exitCode, lines } = await open({ file: msgstore, key: digits });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatchObject({ type: 'warning', code: 'key-in-history' });
    const content = readFileSync(join(folder, 'out', 'msgstore-10k.db'));
    expect(createHash('sha256').update(content).digest('hex')).toBe(
      '7414115162c76998443c7393d4a2301420eae77ad572689378041f06b0e2f373',
    );
  });
  it('takes the key from a file in either form, and from the environment', async () => {
    const text = file('key.txt', `${digits.toUpperCase().replaceAll(/(.{4})/g, '$1 ')}\n`);
    const java = file(
      'encrypted_backup.key',
      Buffer.from(`aced0005757200025b42acf317f8060854e0020000787000000020${digits}`, 'hex'),
    );
    for (const key of [text, java]) {
      expect(await open({ file: msgstore, key, force: true })).toMatchObject({ exitCode: 0 });
      expect(await open({ file: msgstore, environmentKey: key })).toMatchObject({ exitCode: 0 });
    }
    expect((await open({ file: msgstore, environmentKey: digits })).lines.some(({ type }) => type === 'warning')).toBe(
      false,
    );
  });
  it('counts conversations and messages, with the names of people', async () => {
    const { lines } = await open({
      file: msgstore,
      key: digits,
      format: 'json',
      contacts: derived('wa-10k.db.crypt15'),
    });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', chats: 9, messages: 10_000 });
    expect(readFileSync(join(folder, 'out', 'msgstore-10k.json'), 'utf8')).toContain('"name":');
  });
  it.each([
    ['a wrong key', digits.replace('6730', '6731'), 3, 'wrong-key'],
    ['63 digits', digits.slice(1), 2, 'invalid-key'],
    ['a key file that is not there', 'nowhere.key', 2, 'usage'],
    ['no key', undefined, 2, 'usage'],
  ])('exits as documented with %s, and writes nothing', async (_name, key, exitCode, code) => {
    const result = await open({ file: msgstore, ...(key === undefined ? {} : { key }) });
    expect(result).toMatchObject({ exitCode, code });
    expect(JSON.stringify(result.lines)).not.toContain(digits.slice(8, 40));
    expect(written()).toEqual([]);
  });
  it.each([3, 60, 300, 5000, 200_000, 443_390, 443_420])(
    'exits 4 and writes nothing with a bit flipped at %i',
    async (at) => {
      const bytes = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
      bytes[at]! ^= 1;
      for (const format of ['original', 'json', 'html'] as const) {
        expect((await open({ file: file('x.crypt15', bytes), key: digits, format })).exitCode).toBe(4);
      }
      expect(written()).toEqual([]);
    },
  );
  it('opens a file with a wrong checksum where it is told to', async () => {
    const bytes = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
    bytes[bytes.length - 1]! ^= 1;
    const result = await open({ file: file('x.crypt15', bytes), key: digits, acceptBadChecksum: true });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.lines.some(({ code }) => code === 'bad-checksum')).toBe(true);
  });
  it('says that there are no chats where there are none', async () => {
    expect(await open({ file: derived('multifile.crypt15'), key: digits, format: 'json' })).toMatchObject({
      exitCode: 7,
      code: 'no-chats',
    });
    expect(written()).toEqual([]);
  });
  it('inspects without a key', async () => {
    const { reporter, lines } = record();
    await runInspect(reporter, msgstore);
    expect(lines()).toMatchObject([
      { format: 'whatsapp-crypt15', keyWanted: 'whatsapp-backup-key', checksum: 'right', appVersion: '2.26.18.75' },
    ]);
  });
});
