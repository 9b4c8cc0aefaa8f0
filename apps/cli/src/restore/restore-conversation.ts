import {
  BackupEngineError,
  isWithin,
  segmentsWithin,
  type OpenedSnapshot,
  type Repository,
  type TimeRange,
} from '@coffer/backup-engine';
import type { ConversationItem } from '@coffer/backup-format';
import { jsonDocument, type ChatSource, type Message } from '@coffer/chat-model';

import type { CommandContext } from '../command-context';
import { writeNewFile } from '../files/new-output';
import { formatCount } from '../output/format';
import { printable } from '../output/printable';

/** Which messages are wanted. */
export interface WantedMessages {
  /** Of the conversations; all of them unless given. */
  readonly conversationId: string | undefined;
  /** All of them unless given. */
  readonly range: TimeRange | undefined;
}

const always: TimeRange = { sinceMs: undefined, untilMs: undefined };

/**
 * Writes the conversations of an id (an older copy of a database may hold it too), or all, as JSON documents of their own, with the
 * messages of a range. Fetches the segments that it needs and nothing else; a conversation without a message in the range is left out.
 *
 * @throws BackupEngineError `not-found`, `damaged`; OutputError `already-exists`
 */
export async function restoreConversations(
  context: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  { conversationId, range = always }: WantedMessages,
  folder: string,
): Promise<void> {
  const all = await snapshot.conversations();
  const found = all.filter(
    (item) =>
      (conversationId === undefined || item.conversation.id === conversationId) &&
      (item.segments.length === 0 || segmentsWithin(item, range).length > 0),
  );
  let [written, messages] = [0, 0];
  for (const item of found) {
    const source = await chatSourceOf(context, repository, item, range);
    if (source.counts.messages === 0 && range !== always) continue;
    written += 1;
    const isOnly = conversationId !== undefined && found.length === 1;
    const name = isOnly ? 'conversation.json' : `conversation-${written}.json`;
    await writeNewFile(folder, name, { isForced: false, signal: context.signal }, async (write) => {
      for (const piece of jsonDocument(source)) await write(Buffer.from(piece));
    });
    messages += source.counts.messages;
  }
  if (written === 0) {
    throw new BackupEngineError(
      'not-found',
      'there is no conversation with this id, or no message of that time, in the snapshot; nothing was written',
    );
  }
  context.reporter.summary(
    { snapshot: snapshot.idHex, conversations: written, messages, out: folder },
    `Restored ${formatCount(messages)} messages into ${printable(folder)}.`,
  );
}

/** When a message was written; a text export knows local times only, which are taken for those of this device. */
function instantOf({ timeMs, localTime }: Message): number | null {
  if (timeMs !== null || localTime === undefined) return timeMs;
  const atMs = Date.parse(localTime);
  return Number.isFinite(atMs) ? atMs : null;
}

/** The export reads without waiting, so the messages are fetched first. */
async function chatSourceOf(
  { signal, reporter }: CommandContext,
  repository: Repository,
  item: ConversationItem,
  range: TimeRange,
): Promise<ChatSource> {
  const messages: Message[] = [];
  let doneBytes = 0;
  for (const segment of segmentsWithin(item, range)) {
    signal.throwIfAborted();
    for (const message of await repository.readSegment(segment)) {
      if (range === always || isWithin(range, instantOf(message))) messages.push(message);
    }
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
