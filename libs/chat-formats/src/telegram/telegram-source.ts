import {
  chatLimits,
  type ChatSource,
  type Conversation,
  type ConversationSource,
  type Message,
  type Participant,
} from '@coffer/chat-model';
import { zoneReader } from '../export-chat/local-time';
import { ByteWindow } from '../json/byte-window';
import { parseJson, type JsonObject } from '../json/parse-json';
import type { OpenBytes } from '../open-bytes';
import { chatPeerId, chatType } from './peer';
import { idText, TelegramFields } from './telegram-fields';
import { indexTelegramExport, type IndexedChat, type TelegramIndex } from './telegram-index';
import { telegramMessage, type MessageContext } from './telegram-message';

export interface TelegramOptions {
  /** IANA name of the zone in which the export was made: exports of before 2021 have local times only. */
  readonly timeZone?: string;
}

/** A Telegram export as a chat source. */
export interface TelegramSource extends ChatSource {
  readonly leftOut: TelegramIndex['leftOut'];
  readonly unknownFields: TelegramIndex['unknownFields'];
}

/**
 * The JSON that Telegram Desktop exports, of one conversation or of a whole account. The source owns the bytes and closes them.
 *
 * @throws ChatFormatError `damaged`, `too-large`, `no-chats`, `invalid-time-zone`
 */
export function openTelegramExport(bytes: OpenBytes, { timeZone }: TelegramOptions = {}): TelegramSource {
  try {
    const toInstant = timeZone === undefined ? undefined : zoneReader(timeZone);
    return new ExportSource(bytes, indexTelegramExport(bytes), toInstant);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** A conversation, and what its messages are read with. */
interface ReadChat {
  readonly conversation: Conversation;
  readonly context: MessageContext;
}

class ExportSource implements TelegramSource {
  readonly format = 'telegram-export';
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly leftOut: TelegramIndex['leftOut'];
  readonly unknownFields: TelegramIndex['unknownFields'];
  readonly #bytes: OpenBytes;
  readonly #index: TelegramIndex;
  readonly #toInstant: MessageContext['toInstant'];
  #isClosed = false;

  constructor(bytes: OpenBytes, index: TelegramIndex, toInstant: MessageContext['toInstant']) {
    this.#bytes = bytes;
    this.#index = index;
    this.#toInstant = toInstant;
    this.leftOut = index.leftOut;
    this.unknownFields = index.unknownFields;
    this.counts = { chats: index.chats.length, messages: index.messages.length };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    const ids = new Set<string>();
    for (const [index, chat] of this.#index.chats.entries()) {
      const { conversation, context } = this.#read(chat, index, ids);
      ids.add(conversation.id);
      const messageCount = chat.end - chat.start;
      yield {
        conversation,
        messageCount,
        messages: () => this.#messages(chat, context, 0, messageCount),
        // whether an id was there before is known only to who has read all before it
        ...(chat.isRising ? { between: (from, to) => this.#messages(chat, context, from, to) } : {}),
      };
    }
  }

  #read(chat: IndexedChat, index: number, taken: ReadonlySet<string>): ReadChat {
    const fields = new TelegramFields(chat.fields);
    const type = idText(chat.fields['type']);
    const peer = chatPeerId(type, fields.take('id'), chat.isOlder);
    const wanted = (peer ?? `chat:${index + 1}`).slice(0, chatLimits.idLength - 20);
    const id = taken.has(wanted) ? `${wanted}#${index + 1}` : wanted;
    const kind = chatType(type)?.kind ?? 'unknown';
    const name = fields.text('name');
    const owner = this.#index.selfId ?? (type === 'saved_messages' ? peer : undefined);
    const isSelf = (sender: string | undefined): boolean => {
      if (owner !== undefined) return sender === owner;
      // the export of one conversation does not say whose it is; of two people the other one is known
      return kind === 'direct' && peer !== undefined && sender !== undefined && sender !== peer;
    };
    const extras = fields.rest();
    const conversation: Conversation = {
      id,
      kind,
      title: name ?? (type === 'saved_messages' ? 'Saved messages' : id),
      participants: participantsOf(chat, kind === 'direct' && peer !== owner ? peer : undefined, name).filter(
        (participant) => !isSelf(participant.id),
      ),
      ...(extras === undefined ? {} : { extras }),
    };
    return { conversation, context: { isSelf, ...(this.#toInstant ? { toInstant: this.#toInstant } : {}) } };
  }

  *#messages(
    { start, end, isRising }: IndexedChat,
    context: MessageContext,
    from: number,
    to: number,
  ): Generator<Message, void, undefined> {
    const window = new ByteWindow(this.#bytes);
    const seen = isRising ? undefined : new Set<string>();
    for (let index = start + from; index < Math.min(end, start + to); index++) {
      const { offset, length } = this.#index.messages.at(index);
      const object = parseJson(window.read(offset, length)) as JsonObject;
      const wanted = idText(object['id'])?.slice(0, chatLimits.idLength - 20) ?? `row:${index - start + 1}`;
      const id = seen?.has(wanted) === true ? `${wanted}#${index - start + 1}` : wanted;
      seen?.add(id);
      yield telegramMessage(object, id, context);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#bytes.close();
  }
}

/** Everybody who is seen in a conversation; of two people the other one stands there in any case. */
function participantsOf(
  { names }: IndexedChat,
  other: string | undefined,
  title: string | undefined,
): readonly Participant[] {
  const all = new Map(names);
  if (other !== undefined && !all.has(other)) all.set(other, title ?? other);
  return [...all].map(([id, name]) => ({ id, name }));
}
