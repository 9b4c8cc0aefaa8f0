import { chunkIdBytes, encodeConversation, formatLimits } from '@coffer/backup-format';
import { cutSegments, encodeSegment, type ChatSource, type Message } from '@coffer/chat-model';
import { CofferError } from '@coffer/foundation';

import { releaseWhole } from '../release';
import { collectGarbage } from './collect-garbage';
import { newCompressionHabit, type PackSink } from './pack-sink';
import type { ChatsRead, NewConversation, NewSegment } from './worker-messages';

/** Reads the conversations of a file; undefined where it is no chat history. Given by the program, since it depends on formats. */
export type OpenChats = (path: string) => Promise<ChatSource | undefined>;

/**
 * Stores the conversations of a file as segments. A source that turns out damaged midway gives what came before, and says so:
 * the file itself is in the backup in any case.
 *
 * @throws CofferError `disk-full` where temporary files find no room
 */
export async function readChats(path: string, openChats: OpenChats, sink: PackSink): Promise<ChatsRead | null> {
  let source: ChatSource | undefined;
  try {
    source = await openChats(path);
  } catch (error) {
    refuseFullDisk(error);
    return { format: 'unknown', conversations: [], failure: codeOf(error) };
  }
  if (source === undefined) return null;
  const conversations: NewConversation[] = [];
  const writer = new SegmentWriter(sink);
  const { format } = source;
  try {
    for (const entry of source.conversations()) {
      conversations.push({
        conversationBytes: encodeConversation(entry.conversation),
        segments: await writer.store(entry.messages()),
      });
    }
    return { format, conversations };
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    refuseFullDisk(error);
    return { format, conversations, failure: error.code };
  } finally {
    source.close();
  }
}

/** Messages shrink so well that a whole history may fill no pack: the garbage of reading it is collected by the way. */
const bytesPerCollection = 8 * 1024 * 1024;

/** Stores the conversations of one file. */
class SegmentWriter {
  #bytes = 0;

  constructor(private readonly sink: PackSink) {}

  async store(messages: Iterable<Message>): Promise<readonly NewSegment[]> {
    const segments: NewSegment[] = [];
    for (const run of cutSegments(messages)) segments.push(await this.#storeOne(run));
    return segments;
  }

  async #storeOne(run: readonly Message[]): Promise<NewSegment> {
    const bytes = encodeSegment(run);
    const parts = Math.ceil(bytes.length / formatLimits.chunkBytes);
    const partIds = new Uint8Array(parts * chunkIdBytes);
    const habit = newCompressionHabit(true);
    for (let part = 0; part < parts; part++) {
      const raw = bytes.subarray(part * formatLimits.chunkBytes, (part + 1) * formatLimits.chunkBytes);
      const at = part * chunkIdBytes;
      if (!this.sink.isKnown(raw, partIds, at)) {
        await this.sink.add(partIds.subarray(at, at + chunkIdBytes), raw, habit);
      }
    }
    this.#bytes += bytes.length;
    releaseWhole(bytes);
    if (this.#bytes >= bytesPerCollection) {
      this.#bytes = 0;
      collectGarbage('major');
    }
    return { messages: run.length, ...spanOf(run), partIds };
  }
}

function spanOf(messages: readonly Message[]): { readonly firstMs: number | null; readonly lastMs: number | null } {
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  for (const { timeMs } of messages) {
    if (timeMs === null) continue;
    if (firstMs === null || timeMs < firstMs) firstMs = timeMs;
    if (lastMs === null || timeMs > lastMs) lastMs = timeMs;
  }
  return { firstMs, lastMs };
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
