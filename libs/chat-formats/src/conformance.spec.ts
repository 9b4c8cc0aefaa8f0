import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonDocument, type ChatSource } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { afterAll, expect, it } from 'vitest';
import { features } from '../test/conformance/features';
import { androidFile, exportedChat, newerMsgstore, olderMsgstore } from '../test/conformance/samples';
import { bytesOf } from '../test/memory-bytes';
import { openChatsDocument, openSignalRecords, openTelegramExport, parseSignalPassphrase } from './index';
import { openBackup } from './node';

const folder = mkdtempSync(join(tmpdir(), 'coffer-conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A column of the table: what a format was seen to give. */
interface Column {
  readonly name: string;
  readonly conversations: number;
  readonly messages: number;
  readonly seen: ReadonlySet<string>;
}

const documents: string[] = [];

function look(name: string, sources: Iterable<ChatSource>): Column {
  const seen = new Set<string>();
  let conversations = 0;
  let messages = 0;
  for (const source of sources) {
    conversations += source.counts.chats;
    messages += source.counts.messages;
    if (source.counts.messages > 0) documents.push([...jsonDocument(source)].join(''));
    for (const entry of source.conversations()) {
      for (const message of entry.messages()) {
        for (const feature of features) if (feature.isIn(message, entry.conversation)) seen.add(feature.name);
      }
    }
    source.close();
  }
  return { name, conversations, messages, seen };
}

async function androidBackup(): Promise<ChatSource> {
  const { bytes, passphrase } = androidFile();
  const path = join(folder, 'signal.backup');
  writeFileSync(path, bytes);
  const opened = await openBackup(path, { signalPassphrase: parseSignalPassphrase(passphrase) });
  return opened.chats();
}

const telegramCases = join(import.meta.dirname, '../test/telegram-cases');
const telegramExports = (): readonly ChatSource[] =>
  readdirSync(telegramCases).map((name) =>
    openTelegramExport(bytesOf(readFileSync(join(telegramCases, name, 'result.json')))),
  );

const intro = `# Which format gives what

Made by \`libs/chat-formats/src/conformance.spec.ts\`, which reads samples of each format and looks at what comes out; \`vitest -u\` there
writes it anew. **yes**: at least one message of the samples shows it. **-**: none does, because the format has no such thing, or because
this reader does not take it from there (what a reader takes and the model has no place for is in \`extras\`;
of WhatsApp's many tables some are not read at all). The samples: for Signal's version 2
the \`signal-message-backup\` cases of the shared test data; for the others what \`libs/chat-formats/test\` holds. In a text export people
have no id but their name. The last column is all of them, written as Coffer's own JSON and read again.

`;

function pageOf(columns: readonly Column[]): string {
  const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |\n`;
  return (
    intro +
    row('', ...columns.map(({ name }) => name)) +
    row('---', ...columns.map(() => '---')) +
    row('conversations in the samples', ...columns.map(({ conversations }) => conversations)) +
    row('messages in the samples', ...columns.map(({ messages }) => messages)) +
    features.map(({ name }) => row(name, ...columns.map(({ seen }) => (seen.has(name) ? 'yes' : '-')))).join('')
  );
}

describeWithTestData('docs/conformance.md', (data) => {
  it('says what the readers give', async () => {
    const cases = data.path('fixtures', 'signal-message-backup', 'cases');
    const signalCases = readdirSync(cases).map((name) => openSignalRecords(bytesOf(readFileSync(join(cases, name)))));
    const columns = [
      look('WhatsApp, newer tables', [newerMsgstore()]),
      look('WhatsApp, older table', [olderMsgstore()]),
      look('Export chat', [exportedChat()]),
      look('Signal, version 2', signalCases),
      look('Signal `.backup`', [await androidBackup()]),
      look('Telegram', telegramExports()),
    ];
    const again = look(
      'Coffer JSON',
      documents.splice(0).map((document) => openChatsDocument(bytesOf(document))),
    );
    // what is written and read again is what all of them gave
    expect([...again.seen].sort()).toEqual([...new Set(columns.flatMap(({ seen }) => [...seen]))].sort());
    expect(again.messages).toBe(columns.reduce((sum, { messages }) => sum + messages, 0));
    await expect(pageOf([...columns, again])).toMatchFileSnapshot(
      join(import.meta.dirname, '../../../docs/conformance.md'),
    );
  });
});
