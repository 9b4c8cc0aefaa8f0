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
import { writeTexts } from '../files/write-texts';

/** Which messages are wanted. */
export interface WantedMessages {
  /** Of the conversations; all of them unless given. */
  readonly conversationId: string | undefined;
  /** All of them unless given. */
  readonly range: TimeRange | undefined;
}

const always: TimeRange = { sinceMs: undefined, untilMs: undefined };

/** What is wanted of one conversation. */
export interface WantedConversation {
  readonly item: ConversationItem;
  readonly range: TimeRange;
}

/**
 * The conversations of an id (an older copy of a database may hold it too), or all. Left out is what cannot have a message in the range.
 *
 * @throws BackupEngineError `damaged`
 */
export async function wantedConversations(
  snapshot: OpenedSnapshot,
  { conversationId, range = always }: WantedMessages,
): Promise<readonly WantedConversation[]> {
  const all = await snapshot.conversations();
  return all
    .filter(({ conversation }) => conversationId === undefined || conversation.id === conversationId)
    .filter((item) => item.segments.length === 0 || segmentsWithin(item, range).length > 0)
    .map((item) => ({ item, range }));
}

/** Nothing of what was wanted is there. */
export function nothingWanted(): BackupEngineError {
  return new BackupEngineError(
    'not-found',
    'there is no conversation with this id, or no message of that time, in the snapshot; nothing was written',
  );
}

/** Writes conversations as one JSON document, under its name when it is whole. @throws OutputError `already-exists` */
export async function writeDocument(
  { signal }: CommandContext,
  folder: string,
  name: string,
  source: ChatSource,
): Promise<void> {
  await writeNewFile(folder, name, { isForced: false, signal }, async (write) => {
    await writeTexts(jsonDocument(source), write);
  });
}

/** When a message was written; a text export knows local times only, which are taken for those of this device. */
function instantOf({ timeMs, localTime }: Message): number | null {
  if (timeMs !== null || localTime === undefined) return timeMs;
  const atMs = Date.parse(localTime);
  return Number.isFinite(atMs) ? atMs : null;
}

/**
 * Fetches the messages of one conversation, the segments that it needs and nothing else: what is written of them reads without waiting.
 *
 * @returns undefined where there is no message of the range
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export async function readConversation(
  { signal, reporter }: CommandContext,
  repository: Repository,
  { item, range }: WantedConversation,
): Promise<ChatSource | undefined> {
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
  if (messages.length === 0 && range !== always) return undefined;
  const { conversation, format } = item;
  return {
    format,
    counts: { chats: 1, messages: messages.length },
    conversations: () => [{ conversation, messageCount: messages.length, messages: () => messages }],
    close: () => undefined,
  };
}
