import {
  excerptOf,
  matchesQuery,
  parseSearchQuery,
  type Conversation,
  type Excerpt,
  type Message,
  type SearchQuery,
} from '@coffer/chat-model';
import { toRfc3339 } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { openFile, type FileRequest } from '../open/open-file';
import { formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { openRepository } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';

/** What `coffer search` is asked: a file, or a repository. */
export interface SearchRequest {
  readonly words: readonly string[];
  /** Most messages that are shown: the newest. */
  readonly limit: number;
  readonly file?: FileRequest;
  readonly repository?: RepositoryOptions;
  /** First digits of a snapshot's id; the newest unless told. */
  readonly snapshot?: string;
}

interface Hit {
  readonly conversation: Conversation;
  readonly message: Message;
}

/**
 * Says which messages have all of some words, the newest first. Every message is looked at once and nothing is kept: no index is
 * written.
 *
 * @throws as opening a file or a repository does; UsageError
 */
export async function runSearch(context: CommandContext, request: SearchRequest): Promise<void> {
  const { file, repository, limit } = request;
  const query = parseSearchQuery(request.words.join(' '));
  if (query.words.length === 0) throw new UsageError('Say which words to look for.');
  if ((file === undefined) === (repository === undefined)) {
    throw new UsageError('Say where to look: --file FILE or --store URL.');
  }
  const found = new NewestHits(limit);
  const searched =
    file === undefined
      ? await searchRepository(context, request, query, found)
      : await searchFile(context, file, query, found);
  for (const hit of found.newestFirst()) context.reporter.event('message', fieldsOf(hit, query), lineOf(hit, query));
  const shown = Math.min(limit, found.count);
  context.reporter.summary(
    { searched, found: found.count, shown },
    `${formatCount(found.count)} of ${formatCount(searched)} messages found${shown < found.count ? `, the newest ${formatCount(shown)} shown` : ''}.`,
  );
}

async function searchFile(
  context: CommandContext,
  request: FileRequest,
  query: SearchQuery,
  found: NewestHits,
): Promise<number> {
  const { opened } = await openFile(context, request, () => undefined);
  try {
    const source = await opened.chats();
    for (const { code, message } of opened.warnings) context.reporter.warn(code, message);
    let searched = 0;
    for (const { conversation, messages } of source.conversations()) {
      for (const message of messages()) {
        searched++;
        if (matchesQuery(query, message)) found.add({ conversation, message });
      }
      context.signal.throwIfAborted();
      context.reporter.progress({
        phase: 'searching',
        doneBytes: 0,
        doneItems: searched,
        totalItems: source.counts.messages,
      });
    }
    return searched;
  } finally {
    opened.close();
  }
}

async function searchRepository(
  context: CommandContext,
  { repository: options, snapshot: snapshotId }: SearchRequest,
  query: SearchQuery,
  found: NewestHits,
): Promise<number> {
  const { repository } = await openRepository(context, options!);
  const snapshot = await repository.openSnapshot(snapshotId);
  const items = await snapshot.conversations();
  const totalItems = items.reduce((sum, { messages }) => sum + messages, 0);
  let searched = 0;
  for (const { conversation, segments } of items) {
    for (const segment of segments) {
      context.signal.throwIfAborted();
      for (const message of await repository.readSegment(segment)) {
        searched++;
        if (matchesQuery(query, message)) found.add({ conversation, message });
      }
      context.reporter.progress({ phase: 'searching', doneBytes: 0, doneItems: searched, totalItems });
    }
  }
  return searched;
}

/** Keeps the newest of many hits, and counts all. */
class NewestHits {
  readonly #limit: number;
  #hits: Hit[] = [];
  count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(hit: Hit): void {
    this.count++;
    this.#hits.push(hit);
    if (this.#hits.length > 4 * this.#limit + 1000) this.#hits = this.newestFirst();
  }

  newestFirst(): Hit[] {
    return this.#hits.sort((left, right) => timeOf(right.message) - timeOf(left.message)).slice(0, this.#limit);
  }
}

/** For the order alone: local times are compared as if they were of one zone. */
function timeOf({ timeMs, localTime }: Message): number {
  if (timeMs !== null) return timeMs;
  const timeOfText = localTime === undefined ? Number.NaN : Date.parse(`${localTime}Z`);
  return Number.isNaN(timeOfText) ? Number.MIN_SAFE_INTEGER : timeOfText;
}

function fieldsOf({ conversation, message }: Hit, query: SearchQuery): Readonly<Record<string, unknown>> {
  const { id, timeMs, localTime } = message;
  return {
    conversation: conversation.id,
    title: conversation.title,
    id,
    time: timeMs === null ? (localTime ?? null) : toRfc3339(timeMs),
    sender: senderOf({ conversation, message }),
    excerpt: excerptOf(query, message),
  };
}

function senderOf({ conversation: { participants }, message: { isFromSelf, senderId } }: Hit): string | null {
  if (isFromSelf) return 'You';
  return senderId === null ? null : (participants.find(({ id }) => id === senderId)?.name ?? senderId);
}

function lineOf(hit: Hit, query: SearchQuery): string {
  const { conversation, message } = hit;
  const time = message.timeMs === null ? (message.localTime ?? '') : toRfc3339(message.timeMs);
  const sender = senderOf(hit);
  const words = wordsOf(excerptOf(query, message));
  return [time, printable(conversation.title), `${sender === null ? '' : `${printable(sender)}: `}${words}`].join('  ');
}

const wordsOf = ({ before, hit, after }: Excerpt): string =>
  printable(`${before}${hit}${after}`.replaceAll(/\s+/g, ' '));
