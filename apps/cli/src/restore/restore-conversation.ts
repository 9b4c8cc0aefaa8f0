import { BackupEngineError, type OpenedSnapshot, type Repository } from '@coffer/backup-engine';
import type { ConversationItem } from '@coffer/backup-format';
import { jsonDocument, type ChatSource, type Message } from '@coffer/chat-model';

import type { CommandContext } from '../command-context';
import { writeNewFile } from '../files/new-output';
import { formatCount } from '../output/format';
import { printable } from '../output/printable';

/**
 * Writes every conversation of that id (an older copy of a database may hold it too) as a JSON document of its own, fetching
 * the segments that it needs and nothing else.
 *
 * @throws BackupEngineError `not-found`, `damaged`; OutputError `already-exists`
 */
export async function restoreConversation(
  context: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  conversationId: string,
  folder: string,
): Promise<void> {
  const all = await snapshot.conversations();
  const found = all.filter(({ conversation }) => conversation.id === conversationId);
  if (found.length === 0) {
    throw new BackupEngineError(
      'not-found',
      'there is no conversation with this id in the snapshot; nothing was written',
    );
  }
  let messages = 0;
  for (const [number, item] of found.entries()) {
    const source = await chatSourceOf(context, repository, item);
    const name = found.length === 1 ? 'conversation.json' : `conversation-${number + 1}.json`;
    await writeNewFile(folder, name, { isForced: false, signal: context.signal }, async (write) => {
      for (const piece of jsonDocument(source)) await write(Buffer.from(piece));
    });
    messages += item.messages;
  }
  context.reporter.summary(
    { snapshot: snapshot.idHex, conversations: found.length, messages, out: folder },
    `Restored ${formatCount(messages)} messages into ${printable(folder)}.`,
  );
}

/** The export reads without waiting, so the messages are fetched first. */
async function chatSourceOf(
  { signal, reporter }: CommandContext,
  repository: Repository,
  item: ConversationItem,
): Promise<ChatSource> {
  const messages: Message[] = [];
  let doneBytes = 0;
  for (const segment of item.segments) {
    signal.throwIfAborted();
    messages.push(...(await repository.readSegment(segment)));
    doneBytes += segment.parts.reduce((sum, part) => sum + part.rawLength, 0);
    reporter.progress({ phase: 'restore', doneBytes, doneItems: messages.length, totalItems: item.messages });
  }
  const { conversation, format } = item;
  return {
    format,
    counts: { chats: 1, messages: messages.length },
    conversations: () => [{ conversation, messageCount: messages.length, messages: () => messages }],
    close: () => undefined,
  };
}
