import {
  chatLimits,
  type ChatSource,
  type Conversation,
  type ConversationSource,
  type Message,
  type MessageMark,
} from '@coffer/chat-model';
import { readContent, type MediaSizes } from './content';
import { inferDateOrders, type DateOrders } from './date-order';
import { readEntries, type ExportEntry } from './entries';
import { readHeader } from './header';
import { zoneReader } from './local-time';

export interface ExportChatOptions {
  /** Title of the conversation, from the file's name. */
  readonly title: string;
  /** IANA name of the zone in which the phone was; without it messages have local times only. */
  readonly timeZone?: string;
  /** Sizes of the files that lie beside the text, by name. */
  readonly mediaSizes?: MediaSizes;
}

/** An exported chat, and what had to be assumed to read it. */
export interface ExportChat extends ChatSource {
  /** True where nothing in the file tells day from month. */
  readonly isDateOrderAssumed: boolean;
}

const landmarkEntries = 256;

/** Whether a text starts like an exported chat: with a date, a time and what belongs to them. */
export function looksLikeExportChat(start: string): boolean {
  return start
    .slice(0, 4096)
    .split('\n', 5)
    .some((line) => readHeader(line, 0) !== undefined);
}

/** How the app calls the file of an exported chat, in some of its languages. */
const titlePatterns = [
  /^(?:whatsapp[ -]chatt? (?:with|mit|con|avec|met|med)|chat (?:whatsapp|de whatsapp)(?: con| avec| com| dengan)?|whatsapp chat -|conversa do whatsapp com|discussion whatsapp avec|чат whatsapp с(?: контактом)?) (.+)$/iu,
  /^[与與](.+?)的\s?whatsapp.*$/iu,
  /^(.+?)\s?とのwhatsapp.*$/iu,
  /^(.+) ile whatsapp .*$/iu,
];

/** The other person's or the group's name in the file's name, as the app builds it in some languages. */
export function titleFromFileName(name: string): string {
  const base = name.replace(/\.(?:txt|zip)$/i, '');
  const title = titlePatterns.map((pattern) => pattern.exec(base)?.[1]).find((found) => found !== undefined);
  return (title ?? base).slice(0, chatLimits.titleLength).toWellFormed() || 'Chat';
}

/**
 * Reads the text that WhatsApp's "Export chat" writes. The text is gone through once here, for counts and for the order of
 * its dates, and once more each time the messages are read.
 *
 * @throws ChatFormatError `invalid-time-zone`
 */
export function readExportChat(text: string, options: ExportChatOptions): ExportChat {
  const toInstant = options.timeZone === undefined ? undefined : zoneReader(options.timeZone);
  const authors = new Set<string>();
  // where every so many-th entry starts: a part of a long chat is read from the nearest one on
  const landmarks: number[] = [];
  let messageCount = 0;
  const orders = inferDateOrders(
    (function* headers() {
      for (const { startsAt, header, author } of readEntries(text)) {
        if (messageCount++ % landmarkEntries === 0) landmarks.push(startsAt);
        if (author !== undefined) authors.add(author.slice(0, chatLimits.idLength));
        if (header !== undefined) yield header;
      }
    })(),
  );
  const conversation: Conversation = {
    id: options.title.slice(0, chatLimits.idLength),
    kind: authors.size > 2 ? 'group' : 'direct',
    title: options.title,
    participants: [...authors].slice(0, chatLimits.participants).map((id) => ({ id })),
  };
  const between = function* (from: number, to: number): Generator<Message, void, undefined> {
    const landmark = Math.floor(from / landmarkEntries);
    let position = landmark * landmarkEntries;
    if (from >= to || landmark >= landmarks.length) return;
    for (const entry of readEntries(text, landmark === 0 ? 0 : landmarks[landmark])) {
      if (++position > from) yield messageOf(entry, String(position), { orders, toInstant, ...options });
      if (position >= to) return;
    }
  };
  const messages = (): Iterable<Message> => between(0, Number.POSITIVE_INFINITY);
  return {
    format: 'export-chat',
    isDateOrderAssumed: orders.isAssumed,
    counts: { chats: 1, messages: messageCount },
    conversations: function* (): Generator<ConversationSource, void, undefined> {
      yield { conversation, messageCount, messages, between };
    },
    close: () => undefined,
  };
}

interface Reading {
  readonly orders: DateOrders;
  readonly toInstant: ((localTime: string) => number) | undefined;
  readonly mediaSizes?: MediaSizes;
}

function messageOf(entry: ExportEntry, id: string, { orders, toInstant, mediaSizes }: Reading): Message {
  const localTime = entry.header === undefined ? undefined : orders.localTime(entry.header);
  const instantMs = localTime === undefined || toInstant === undefined ? Number.NaN : toInstant(localTime);
  const time = {
    timeMs: Number.isSafeInteger(instantMs) ? instantMs : null,
    ...(localTime === undefined ? {} : { localTime }),
  };
  const body = entry.body.length > chatLimits.textLength ? entry.body.slice(0, chatLimits.textLength) : entry.body;
  const author = entry.author?.slice(0, chatLimits.idLength);
  if (author === undefined) return systemLine(id, null, time, body);
  const { isEdited, ...content } = readContent(body, mediaSizes);
  // iPhones put an author before lines that the service wrote, and a direction mark before their words
  if (content.kind === 'text' && entry.header?.isBracketed === true && /^\u200e./u.test(body))
    return systemLine(id, author, time, body.slice(1));
  const marks: readonly MessageMark[] = isEdited === true ? ['edited'] : [];
  return {
    id,
    senderId: author,
    isFromSelf: false,
    ...time,
    ...content,
    ...(content.kind === 'unsupported' ? { unsupportedType: 'media' } : {}),
    ...(marks.length > 0 ? { marks } : {}),
  };
}

function systemLine(
  id: string,
  senderId: string | null,
  time: { readonly timeMs: number | null; readonly localTime?: string },
  body: string,
): Message {
  const value = body.replace(/^[\u200e\u200f]+/, '');
  return { id, senderId, isFromSelf: false, ...time, kind: 'system', system: { action: 'line', value } };
}
