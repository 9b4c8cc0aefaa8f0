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
import type { ExportEntry } from './entries';
import { entryWindows } from './entry-windows';
import { readHeader } from './header';
import { isSameTime, type LineHeader } from './line-header';
import { zoneReader } from './local-time';
import type { OpenBytes } from '../open-bytes';

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
  /** True where nothing in the file tells day from month for certain. */
  readonly isDateOrderAssumed: boolean;
}

/** A place from which a part of a long chat can be read. */
interface Landmark {
  /** Byte of the text. */
  readonly startsAt: number;
  /** How many entries come before it. */
  readonly position: number;
}

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
 * its dates, and once more each time the messages are read. Memory does not grow with it, but for who takes part.
 *
 * @param text - closed with the source, and where this throws
 * @param windowBytes - how much is read at once; 8 KiB unless told
 * @throws ChatFormatError `invalid-time-zone`, and whatever reading throws
 */
export function readExportChat(text: OpenBytes, options: ExportChatOptions, windowBytes?: number): ExportChat {
  try {
    return openText(text, options, windowBytes);
  } catch (error) {
    text.close();
    throw error;
  }
}

function openText(text: OpenBytes, options: ExportChatOptions, windowBytes?: number): ExportChat {
  const toInstant = options.timeZone === undefined ? undefined : zoneReader(options.timeZone);
  const authors = new Set<string>();
  const landmarks: Landmark[] = [];
  let messageCount = 0;
  const orders = inferDateOrders(
    (function* headers() {
      for (const { startsAt, entries } of entryWindows(text, { windowBytes, withBodies: false })) {
        landmarks.push({ startsAt, position: messageCount });
        for (const { header, author } of entries) {
          messageCount++;
          const id = author?.slice(0, chatLimits.idLength);
          if (id !== undefined && !authors.has(id)) authors.add(ownCopy(id));
          if (header !== undefined) yield header;
        }
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
    const landmark = landmarks.findLast(({ position }) => position <= from);
    if (from >= to || landmark === undefined) return;
    let { position } = landmark;
    const reading = { timeOf: timeReader(orders, toInstant), ...options };
    for (const { entries } of entryWindows(text, { from: landmark.startsAt, windowBytes })) {
      for (const entry of entries) {
        if (++position > from) yield messageOf(entry, String(position), reading);
        if (position >= to) return;
      }
    }
  };
  const messages = (): Iterable<Message> => between(0, Number.POSITIVE_INFINITY);
  let isOpen = true;
  return {
    format: 'export-chat',
    isDateOrderAssumed: orders.isAssumed,
    counts: { chats: 1, messages: messageCount },
    conversations: function* (): Generator<ConversationSource, void, undefined> {
      yield { conversation, messageCount, messages, between };
    },
    close: () => {
      if (isOpen) text.close();
      isOpen = false;
    },
  };
}

/** The same text without the window that it was cut out of: V8 keeps all of a string for as long as a part of it is kept. */
const ownCopy = (text: string): string => ` ${text}`.slice(1);

type MessageTime = Pick<Message, 'timeMs' | 'localTime'>;

/** What the header of a line says of its time. The last time is remembered: most lines are of the same minute as the one before. */
function timeReader(
  orders: DateOrders,
  toInstant: ((localTime: string) => number) | undefined,
): (header: LineHeader | undefined) => MessageTime {
  let last: LineHeader | undefined;
  let time: MessageTime = { timeMs: null };
  return (header) => {
    if (header === undefined) return { timeMs: null };
    if (last === undefined || !isSameTime(header, last)) {
      const localTime = orders.localTime(header);
      const instantMs = toInstant?.(localTime) ?? Number.NaN;
      time = { timeMs: Number.isSafeInteger(instantMs) ? instantMs : null, localTime };
      last = header;
    }
    return time;
  };
}

interface Reading {
  readonly timeOf: (header: LineHeader | undefined) => MessageTime;
  readonly mediaSizes?: MediaSizes;
}

function messageOf(entry: ExportEntry, id: string, { timeOf, mediaSizes }: Reading): Message {
  const time = timeOf(entry.header);
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

function systemLine(id: string, senderId: string | null, time: MessageTime, body: string): Message {
  const value = body.replace(/^[\u200e\u200f]+/, '');
  return { id, senderId, isFromSelf: false, ...time, kind: 'system', system: { action: 'line', value } };
}
