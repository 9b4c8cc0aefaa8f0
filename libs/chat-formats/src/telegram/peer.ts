import type { ConversationKind } from '@coffer/chat-model';
import { idText } from './telegram-fields';

/** Exports of before 2021 give senders as numbers, in which the place above 32 bits says what they are. */
const olderKinds = ['user', 'chat', 'channel'] as const;
const olderStep = 2 ** 32;

/** Who sent something, as `user1`, `chat1` or `channel1`. */
export function peerId(value: unknown): string | undefined {
  if (typeof value !== 'number') return idText(value);
  if (!Number.isSafeInteger(value) || value < 0) return undefined;
  const kind = olderKinds[Math.floor(value / olderStep)];
  return kind === undefined ? `user${value}` : `${kind}${value % olderStep}`;
}

interface ChatType {
  readonly kind: ConversationKind;
  readonly peer: 'user' | 'chat' | 'channel';
}

const direct: ChatType = { kind: 'direct', peer: 'user' };

/** The types of conversations that Telegram Desktop names. */
const chatTypes: Readonly<Record<string, ChatType>> = {
  saved_messages: direct,
  replies: direct,
  verify_codes: direct,
  personal_chat: direct,
  bot_chat: direct,
  private_group: { kind: 'group', peer: 'chat' },
  private_supergroup: { kind: 'group', peer: 'channel' },
  public_supergroup: { kind: 'group', peer: 'channel' },
  private_channel: { kind: 'channel', peer: 'channel' },
  public_channel: { kind: 'channel', peer: 'channel' },
};

/** What a type of conversation is; undefined for one that is not known. */
export function chatType(name: string | undefined): ChatType | undefined {
  return name !== undefined && Object.hasOwn(chatTypes, name) ? chatTypes[name] : undefined;
}

/**
 * The id of a conversation in the form in which its messages name senders. Numbers are unique only within what they are of.
 *
 * @param isOlder - the export gives senders as numbers, and so conversations too
 */
export function chatPeerId(type: string | undefined, id: unknown, isOlder: boolean): string | undefined {
  const number = idText(id);
  if (number === undefined) return undefined;
  const known = chatType(type);
  if (known === undefined) return `${type ?? 'chat'}:${number}`;
  const offset = olderKinds.indexOf(known.peer) * olderStep;
  const isShifted = isOlder && typeof id === 'number' && id >= offset && id < offset + olderStep;
  return isShifted ? `${known.peer}${id - offset}` : `${known.peer}${number}`;
}
