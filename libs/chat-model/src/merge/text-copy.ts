import type { Conversation } from '../conversation';
import type { Message } from '../message';
import type { ConversationSource } from '../source';
import { minuteKey } from './message-pairs';

/**
 * A text export in the terms of another copy of the same conversation: senders by their ids, the owner as the owner. The text knows
 * people by name only, so this is decided or left alone.
 *
 * @returns undefined where a message has no instant, where a name stands for several people, or where more than one author is unknown;
 *   one unknown author is the owner in a conversation of two, and in a group where the other copy has words of the owner that are theirs
 */
export function textCopy(text: ConversationSource, other: ConversationSource): ConversationSource | undefined {
  const authors = new Set<string>();
  for (const { senderId, timeMs } of text.messages()) {
    if (timeMs === null) return undefined;
    if (senderId !== null) authors.add(senderId);
  }
  const ids = idsByName(other.conversation);
  const unknown = [...authors].filter((name) => !ids.has(name));
  const isDecided = [...authors].every((name) => ids.get(name) !== null);
  if (!isDecided || unknown.length > 1) return undefined;
  const [owner] = unknown;
  if (owner !== undefined && other.conversation.kind !== 'direct' && !hasWordsOf(owner, text, other)) return undefined;
  const translate = (message: Message): Message => {
    if (message.senderId === null) return message;
    if (message.senderId === owner) return { ...message, senderId: null, isFromSelf: true };
    return { ...message, senderId: ids.get(message.senderId) ?? message.senderId };
  };
  return {
    conversation: other.conversation,
    messageCount: text.messageCount,
    *messages() {
      for (const message of text.messages()) yield translate(message);
    },
  };
}

/** Who has which name; null where several people have it. */
function idsByName({ participants }: Conversation): ReadonlyMap<string, string | null> {
  const ids = new Map<string, string | null>();
  for (const { id, name = id } of participants) ids.set(name, ids.has(name) ? null : id);
  return ids;
}

function hasWordsOf(author: string, text: ConversationSource, other: ConversationSource): boolean {
  const said = new Set<string>();
  for (const message of other.messages()) if (message.isFromSelf) said.add(wordsKey(message));
  for (const message of text.messages()) {
    if (message.senderId === author && message.text !== undefined && said.has(wordsKey(message))) return true;
  }
  return false;
}

const wordsKey = (message: Message): string => JSON.stringify([minuteKey(message), message.text]);
