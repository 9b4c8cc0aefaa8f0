import { chunkIdBytes, encodeConversation, formatLimits } from '@coffer/backup-format';
import { encodeSegments, type ChatSource, type EncodedSegment, type Message } from '@coffer/chat-model';
import { CofferError } from '@coffer/foundation';

import type { EnginePlatform } from '../platform';
import { releaseWhole } from '../release';
import type { ChatsRead, FileToRead } from '../workers/worker-messages';
import type { OpenChatsOf } from '../workers/worker-platform';
import { newCompressionHabit } from './compression-habit';
import { NewConversations, type NewSegment } from './new-conversations';
import type { PackSink } from './pack-sink';

/** What reading chats takes. */
export interface ChatReading {
  readonly openChats: OpenChatsOf;
  readonly sink: PackSink;
  readonly platform: Pick<EnginePlatform, 'collectGarbage'>;
}

/**
 * Stores the conversations of a file as segments. A source that turns out damaged midway gives what came before, and says so:
 * the file itself is in the backup in any case.
 *
 * @throws CofferError `disk-full` where temporary files find no room
 */
export async function readChats(file: FileToRead, reading: ChatReading): Promise<ChatsRead | null> {
  let source: ChatSource | undefined;
  try {
    source = await reading.openChats(file);
  } catch (error) {
    refuseFullDisk(error);
    return { format: 'unknown', ...taken(new NewConversations()), failure: codeOf(error) };
  }
  if (source === undefined) return null;
  const conversations = new NewConversations();
  const writer = new SegmentWriter(reading);
  const { format } = source;
  try {
    for (const entry of source.conversations()) {
      conversations.add({
        conversationBytes: encodeConversation(entry.conversation),
        segments: await writer.store(entry.messages()),
      });
    }
    return { format, ...taken(conversations) };
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    refuseFullDisk(error);
    return { format, ...taken(conversations), failure: error.code };
  } finally {
    source.close();
  }
}

function taken(conversations: NewConversations): Pick<ChatsRead, 'count' | 'conversations'> {
  return { count: conversations.count, conversations: conversations.take() };
}

/** Messages shrink so well that a whole history may fill no pack: the garbage of reading it is collected by the way. */
const bytesPerCollection = 8 * 1024 * 1024;

/** Stores the conversations of one file. */
class SegmentWriter {
  #bytes = 0;

  constructor(private readonly reading: ChatReading) {}

  async store(messages: Iterable<Message>): Promise<readonly NewSegment[]> {
    const segments: NewSegment[] = [];
    for (const segment of encodeSegments(messages)) segments.push(await this.#storeOne(segment));
    return segments;
  }

  async #storeOne({ bytes, messages, firstMs, lastMs }: EncodedSegment): Promise<NewSegment> {
    const { sink, platform } = this.reading;
    const parts = Math.ceil(bytes.length / formatLimits.chunkBytes);
    const partIds = new Uint8Array(parts * chunkIdBytes);
    const habit = newCompressionHabit(true);
    for (let part = 0; part < parts; part++) {
      const raw = bytes.subarray(part * formatLimits.chunkBytes, (part + 1) * formatLimits.chunkBytes);
      const at = part * chunkIdBytes;
      const [isOurs] = await sink.claim([raw], partIds, at);
      if (isOurs === 1) await sink.add(partIds.subarray(at, at + chunkIdBytes), raw, habit);
    }
    this.#bytes += bytes.length;
    releaseWhole(bytes);
    if (this.#bytes >= bytesPerCollection) {
      this.#bytes = 0;
      platform.collectGarbage('major');
    }
    return { messages, firstMs, lastMs, partIds };
  }
}

/**
 * Want of room for temporary files says nothing about the history. A snapshot without it would pass for the history's state, and
 * the file would not be read again while it does not change.
 */
function refuseFullDisk(error: unknown): void {
  if (error instanceof CofferError && error.code === 'disk-full') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof CofferError ? error.code : 'unexpected';
}
