import type { Conversation, Message } from '@coffer/chat-model';
import type { WebUiTextKey } from '../text/english';
import type { Translate } from '../text/translate';

/** The name under which a participant is shown: what people call them, else their id; of an address its phone number. */
export function nameOf(conversation: Conversation, participantId: string): string {
  const name = conversation.participants.find(({ id }) => id === participantId)?.name;
  return name ?? participantId.replace(/^(\d{6,15})@s\.whatsapp\.net$/, '+$1');
}

/** Who wrote a message, for people. */
export function senderName(conversation: Conversation, message: Message, text: Translate<WebUiTextKey>): string {
  if (message.isFromSelf) return text('ui.you');
  if (message.senderId !== null) return nameOf(conversation, message.senderId);
  return conversation.kind === 'direct' ? conversation.title : text('ui.unknown-sender');
}

/** One of six, the same for the same text: which colour a person has. */
export function hueOf(text: string): 0 | 1 | 2 | 3 | 4 | 5 {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)!) % 60_000;
  return (sum % 6) as 0 | 1 | 2 | 3 | 4 | 5;
}

/** One or two letters that stand for a title; none where it has no letter, as a phone number has none. */
export function initials(title: string): string {
  const words = title.match(/\p{L}[\p{L}\p{N}]*/gu) ?? [];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => /^./u.exec(word ?? '')?.[0] ?? '',
  );
  return letters.join('').toLocaleUpperCase();
}
