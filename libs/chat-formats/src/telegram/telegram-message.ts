import { chatLimits, type Message, type Reaction } from '@coffer/chat-model';
import { isJsonObject, type JsonObject } from '../json/parse-json';
import { addMark, present, type MessageDraft } from '../message-draft';
import { isKnownField } from './known-fields';
import { peerId } from './peer';
import { serviceWords } from './service-words';
import { TelegramFields } from './telegram-fields';
import { takeContent, takeFile } from './telegram-media';
import { takeText } from './telegram-text';
import { localInstant, takeTime, type ToInstant } from './telegram-time';

/** What a message is read with beside itself. */
export interface MessageContext {
  /** Whether this sender is the owner of the export. */
  readonly isSelf: (sender: string | undefined) => boolean;
  /** For exports that have local times only. */
  readonly toInstant?: ToInstant;
}

/** One message of an export. @param id - unique within its conversation */
export function telegramMessage(object: JsonObject, id: string, { isSelf, toInstant }: MessageContext): Message {
  const fields = new TelegramFields(object);
  fields.take('id');
  const type = fields.text('type');
  const isService = type === 'service';
  const sender = takeSender(fields, isService);
  const isFromSelf = isSelf(sender);
  const draft: MessageDraft = {
    id,
    senderId: isFromSelf ? null : (sender ?? null),
    isFromSelf,
    ...takeTime(fields, 'date', toInstant),
    kind: 'text',
  };
  const words = takeText(fields);
  if (words !== undefined) draft.text = words;
  if (isService) takeEvent(fields, draft, object);
  else takeContent(fields, draft);
  takeEdit(fields, draft, toInstant);
  takeReply(fields, draft);
  if (['forwarded_from', 'forwarded_from_id', 'saved_from'].some((name) => fields.has(name)))
    addMark(draft, 'forwarded');
  takeReactions(fields, draft, isSelf, toInstant);
  if (!isService) judgeKind(fields, draft, type);
  const extras = fields.rest();
  if (extras !== undefined) draft.extras = extras;
  return draft;
}

/** Who it was; the name stands among the participants. Where there is no id, the name is one. */
function takeSender(fields: TelegramFields, isService: boolean): string | undefined {
  const [idName, name] = isService ? (['actor_id', 'actor'] as const) : (['from_id', 'from'] as const);
  const sender = peerId(fields.peek(idName));
  if (sender === undefined) return fields.text(name, chatLimits.idLength);
  fields.take(idName);
  fields.take(name);
  return sender;
}

function takeEvent(fields: TelegramFields, draft: MessageDraft, { actor }: JsonObject): void {
  const action = fields.text('action', chatLimits.idLength) ?? 'unknown';
  takeFile(fields, draft);
  if (action === 'phone_call') {
    draft.kind = 'call';
    const reason = fields.peek('discard_reason');
    if (reason === 'missed' || reason === 'hangup') fields.take('discard_reason');
    const durationSeconds =
      fields.count('duration_seconds') ?? fields.count('duration') ?? draft.media?.durationSeconds;
    draft.call = present({ isMissed: reason === 'missed' ? true : undefined, durationSeconds });
    return;
  }
  draft.kind = 'system';
  const value = serviceWords(action, typeof actor === 'string' && actor !== '' ? actor : undefined, fields);
  draft.system = { action, value: value.slice(0, chatLimits.textLength) };
}

/** Older exports give every message an edit: the beginning of time where there was none. */
function takeEdit(fields: TelegramFields, draft: MessageDraft, toInstant: ToInstant | undefined): void {
  const edited = fields.peek('edited');
  if (edited === undefined && !fields.has('edited_unixtime')) return;
  if (typeof edited === 'string' && /^19(?:69|70)-/.test(edited)) {
    fields.take('edited');
    fields.take('edited_unixtime');
    return;
  }
  const { timeMs } = takeTime(fields, 'edited', toInstant);
  addMark(draft, 'edited');
  if (timeMs !== null) draft.edits = [{ timeMs }];
  else fields.keep('edited', edited);
}

function takeReply(fields: TelegramFields, draft: MessageDraft): void {
  // a message of another conversation has no id here
  if (fields.has('reply_to_peer_id')) return;
  const messageId = fields.id('reply_to_message_id') ?? (draft.kind === 'system' ? fields.id('message_id') : undefined);
  if (messageId !== undefined) draft.quote = { messageId };
}

/** Telegram counts reactions and names the latest. The list stays as it is where it says more than who reacted with what. */
function takeReactions(
  fields: TelegramFields,
  draft: MessageDraft,
  isSelf: MessageContext['isSelf'],
  toInstant: ToInstant | undefined,
): void {
  const list = fields.peek('reactions');
  if (!Array.isArray(list)) return;
  const reactions: Reaction[] = [];
  let isCarried = true;
  for (const entry of list as readonly unknown[]) {
    const { count, emoji, type, recent, ...more } = isJsonObject(entry) ? entry : { type: 'none' };
    const text = typeof emoji === 'string' && emoji.length <= chatLimits.titleLength ? emoji : undefined;
    const named = text === undefined || !Array.isArray(recent) ? [] : recent.filter(isJsonObject);
    for (const { from_id: from, date } of named) {
      const sender = peerId(from);
      if (sender === undefined) continue;
      const timeMs = localInstant(date, toInstant);
      if (date !== undefined && timeMs === undefined) isCarried = false;
      reactions.push(present<Reaction>({ senderId: isSelf(sender) ? null : sender, text: text!, timeMs }));
    }
    if (type !== 'emoji' || count !== named.length || Object.keys(more).length > 0) isCarried = false;
  }
  if (reactions.length > chatLimits.reactions) return;
  if (reactions.length > 0) draft.reactions = reactions;
  if (isCarried) fields.take('reactions');
}

/** A message without words or anything that is known is one of a kind that came later than this reader. */
function judgeKind(fields: TelegramFields, draft: MessageDraft, type: string | undefined): void {
  const isOther = type !== undefined && type !== 'message';
  if (!isOther && (draft.kind !== 'text' || draft.text !== undefined)) return;
  const unknown = [...fields.names()].filter((name) => !isKnownField(name));
  if (!isOther && unknown.length === 0) return;
  draft.kind = 'unsupported';
  draft.unsupportedType = (isOther ? type : unknown.join(', ')).slice(0, chatLimits.idLength).toWellFormed();
}
