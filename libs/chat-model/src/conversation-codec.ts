import type { CborValue } from '@coffer/foundation';
import { conversationKinds, type Conversation, type Participant } from './conversation';
import { extras } from './extras-codec';
import { choice, flag, list, record, text } from './field-codecs';
import { chatLimits } from './limits';
import { instant } from './message-codec';

const id = text(chatLimits.idLength);
const title = text(chatLimits.titleLength);
const participant = record<Participant>({ id, name: title }, ['id']);
const conversation = record<Conversation>(
  {
    id,
    kind: choice(conversationKinds),
    title,
    participants: list(participant, chatLimits.participants),
    isArchived: flag,
    createdMs: instant,
    extras,
  },
  ['id', 'kind', 'title', 'participants'],
);

/**
 * A conversation as a value for deterministic CBOR.
 *
 * @throws ChatModelError `invalid-chat-data`, `chat-data-too-large`
 */
export function conversationToCbor(value: Conversation): CborValue {
  return conversation.encode(value, 'conversation');
}

/**
 * The inverse of `conversationToCbor`, for untrusted values.
 *
 * @throws ChatModelError `invalid-chat-data` (unknown fields too), `chat-data-too-large`
 */
export function conversationFromCbor(value: CborValue): Conversation {
  return conversation.decode(value, 'conversation');
}
