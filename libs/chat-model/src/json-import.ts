import { liftArrival } from './arrival-codec';
import { conversationFromCbor, conversationToCbor } from './conversation-codec';
import type { Conversation } from './conversation';
import { invalid } from './field-codecs';
import { chatLimits } from './limits';
import type { Message } from './message';
import { messageFromCbor, messageToCbor } from './message-codec';

/** What a document that `jsonDocument` writes says of itself, under `coffer`. */
export const jsonDocumentHead = { kind: 'chats', version: 1 } as const;

/**
 * A message of a JSON document as a value of the model: the inverse of what `jsonDocument` writes, and wrote, for untrusted
 * values.
 *
 * @param value - as `JSON.parse` gives it
 * @throws ChatModelError `invalid-chat-data` (unknown fields too), `chat-data-too-large`
 */
export function messageFromJson(value: unknown): Message {
  const object = liftArrival(requireObject(value, 'message'));
  let sender: string | null = null;
  const encoded = messageToCbor(object as unknown as Message, (id) => {
    sender = id;
    return 1;
  });
  const message = messageFromCbor(encoded, (number) => (number === 0 ? null : requireId(sender)));
  requireSame(object, message, 'message');
  return message;
}

/**
 * A conversation of a JSON document, without its `messages`, as a value of the model.
 *
 * @throws ChatModelError `invalid-chat-data` (unknown fields too), `chat-data-too-large`
 */
export function conversationFromJson(value: unknown): Conversation {
  const object = requireObject(value, 'conversation');
  const conversation = conversationFromCbor(conversationToCbor(object as unknown as Conversation));
  requireSame(object, conversation, 'conversation');
  return conversation;
}

function requireId(id: unknown): string {
  if (typeof id !== 'string' || id.length > chatLimits.idLength) throw invalid('message.senderId', 'text, or null');
  return id.toWellFormed();
}

function requireObject(value: unknown, field: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object');
  return value;
}

/** Everything that was given is in what was read, in the same form: the way through the codecs drops what it does not know. */
function requireSame(given: unknown, read: unknown, field: string): void {
  if (typeof given !== typeof read || (given === null) !== (read === null)) throw invalid(field, 'as documented');
  if (typeof given !== 'object' || given === null) return;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(read as object, name))
      throw invalid(`${field}.${name.slice(0, 100)}`, 'absent: it is not known');
    requireSame(value, (read as Readonly<Record<string, unknown>>)[name], `${field}.${name}`);
  }
}
