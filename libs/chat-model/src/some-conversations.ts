import type { Conversation } from './conversation';
import type { ChatSource, ConversationSource } from './source';

/**
 * Some of a source's conversations, in its order. Closing it closes the source.
 *
 * @param isWanted - asked once for each; `index` counts from 0
 */
export function someConversations(
  source: ChatSource,
  isWanted: (conversation: Conversation, index: number) => boolean,
): ChatSource {
  const wanted = new Set<number>();
  let messages = 0;
  let at = 0;
  for (const { conversation, messageCount } of source.conversations()) {
    if (isWanted(conversation, at)) {
      wanted.add(at);
      messages += messageCount;
    }
    at++;
  }
  return {
    format: source.format,
    counts: { chats: wanted.size, messages },
    *conversations(): Generator<ConversationSource, void, undefined> {
      let index = 0;
      for (const entry of source.conversations()) {
        if (wanted.has(index++)) yield entry;
      }
    },
    close: () => source.close(),
  };
}
