import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OpenedSnapshot } from '@coffer/backup-engine';
import { acquireRunLock, type RunLock } from '@coffer/backup-engine/node';
import { ChatFormatError } from '@coffer/chat-formats';
import { identifyBackup, openBackup } from '@coffer/chat-formats/node';
import { jsonDocument, mergeSources, type ChatSource, type ConversationSource } from '@coffer/chat-model';

import type { CommandContext } from '../command-context';
import { writeTexts } from '../files/write-texts';
import type { HomeDirectory } from '../home/home-directory';
import { formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import type { OpenRepository } from '../repository/open-repository';
import { ExportReplacement } from './export-replacement';
import { spoolConversations } from './spool-conversations';
import { nothingWanted, wantedConversations, type WantedMessages } from './wanted-messages';

/**
 * Puts messages of a snapshot into the export in a folder, every message once: documents of conversations as `coffer restore` and `coffer
 * open --format json` write them. A conversation stays in the document where it is; one that is in none goes into the only document there
 * is, or into a new one. Until all new documents are whole on disk the old ones stand.
 *
 * @throws UsageError where the folder holds no export; BackupEngineError `not-found`, `damaged`, `busy`; ChatFormatError where a
 *   document is damaged
 */
export async function mergeIntoExport(
  context: CommandContext,
  { repository, home }: OpenRepository,
  snapshot: OpenedSnapshot,
  wanted: WantedMessages,
  folder: string,
): Promise<void> {
  if (!(await stat(folder)).isDirectory()) throw noExport(folder);
  const replacement = await ExportReplacement.begin(folder, await lockExport(folder, home), context.signal);
  const open: ChatSource[] = [];
  try {
    const names = await documentsIn(folder);
    if (names.length === 0) throw noExport(folder);
    const found = await wantedConversations(snapshot, wanted);
    const spools = await spoolConversations(context, repository, found, replacement.spoolFolder);
    if (spools.length === 0) throw nothingWanted();
    for (const path of [...names.map((name) => join(folder, name)), ...spools]) open.push(await documentAt(path));
    const documents = names.map((name, index) => ({ name, source: open[index]! }));
    const merged = mergeSources(open);
    for (const { name, source } of placed(documents, merged)) await write(context, replacement, name, source);
    const { chats: conversations, messages } = merged.counts;
    const before = mergeSources(documents.map(({ source }) => source)).counts.messages;
    await replacement.commit();
    context.reporter.summary(
      { snapshot: snapshot.idHex, conversations, messages, added: messages - before, out: folder },
      `The export in ${printable(folder)} has ${formatCount(messages)} messages now, ${formatCount(before)} before.`,
    );
  } finally {
    for (const source of open) source.close();
    await replacement.end();
  }
}

/** The lock lies in the device's folder: an export holds nothing but what people look for in it. */
async function lockExport(folder: string, home: HomeDirectory): Promise<RunLock> {
  const path = home.exportLockFile(await realpath(folder));
  await home.ensure(dirname(path));
  return acquireRunLock(path, 'this export');
}

function noExport(folder: string): UsageError {
  return new UsageError(
    `"${printable(folder)}" holds no export that messages can be put into: JSON documents that "coffer restore --since" or ` +
      '"coffer open --format json" wrote. Nothing was changed; to begin one, restore with --out and --since 1970-01-01.',
  );
}

/** Names of the documents of conversations that lie in a folder. */
async function documentsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.json')).map(({ name }) => name);
  return names.filter((name) => isDocument(join(folder, name))).sort();
}

function isDocument(path: string): boolean {
  try {
    return identifyBackup(path).format === 'coffer-chats';
  } catch (error) {
    if (error instanceof ChatFormatError && error.code === 'not-a-backup') return false;
    throw error;
  }
}

async function documentAt(path: string): Promise<ChatSource> {
  return (await openBackup(path)).chats();
}

interface Document {
  readonly name: string;
  readonly source: ChatSource;
}

/** Which conversation of the merged history is written to which document. */
function* placed(documents: readonly Document[], merged: ChatSource): Generator<Document, void, undefined> {
  const homes = new Map<string, string>();
  for (const { name, source } of documents) {
    for (const { conversation } of source.conversations()) {
      if (!homes.has(conversation.id)) homes.set(conversation.id, name);
    }
  }
  const only = documents.length === 1 ? documents[0]!.name : undefined;
  const taken = new Set(documents.map(({ name }) => name));
  // one whose conversations all go to another document is left without any: every message is there once
  const contents = new Map<string, ConversationSource[]>(documents.map(({ name }) => [name, []]));
  for (const entry of merged.conversations()) {
    const name = homes.get(entry.conversation.id) ?? only ?? freeName(taken);
    const known = contents.get(name);
    if (known === undefined) contents.set(name, [entry]);
    else known.push(entry);
  }
  for (const [name, entries] of contents) yield { name, source: sourceOf(merged.format, entries) };
}

function freeName(taken: Set<string>): string {
  let number = 1;
  while (taken.has(`conversation-${number}.json`)) number += 1;
  const name = `conversation-${number}.json`;
  taken.add(name);
  return name;
}

function sourceOf(format: string, entries: readonly ConversationSource[]): ChatSource {
  const messages = entries.reduce((sum, { messageCount }) => sum + messageCount, 0);
  return { format, counts: { chats: entries.length, messages }, conversations: () => entries, close: () => undefined };
}

async function write(
  { signal, reporter }: CommandContext,
  replacement: ExportReplacement,
  name: string,
  source: ChatSource,
): Promise<void> {
  await replacement.write(name, async (put) => {
    let doneBytes = 0;
    await writeTexts(jsonDocument(source), async (bytes) => {
      signal.throwIfAborted();
      await put(bytes);
      doneBytes += bytes.length;
      reporter.progress({ phase: 'writing', doneBytes });
    });
  });
}
