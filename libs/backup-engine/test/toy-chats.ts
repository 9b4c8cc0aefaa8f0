import type { ChatSource, Message } from '@coffer/chat-model';

const mark = 'toy chats ';

/** The text of a file with so many messages of one chat: what both platforms read alike without a parser of theirs. */
export function toyChats(messages: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${mark}${messages}`);
}

/** Reads it; undefined where it is something else. */
export function openToyChats(bytes: Uint8Array): ChatSource | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, 40));
  if (!text.startsWith(mark)) return undefined;
  const count = Number(text.slice(mark.length));
  const conversation = { id: 'toy', kind: 'direct', title: 'Toy', participants: [] } as const;
  return {
    format: 'toy',
    counts: { chats: 1, messages: count },
    conversations: () => [
      { conversation, messageCount: count, messages: () => Array.from({ length: count }, (_, at) => toyMessage(at)) },
    ],
    close: () => undefined,
  };
}

export function toyMessage(at: number): Message {
  return {
    id: `m${at}`,
    senderId: null,
    isFromSelf: true,
    timeMs: 1_700_000_000_000 + at,
    kind: 'text',
    text: `No. ${at}`,
  };
}
