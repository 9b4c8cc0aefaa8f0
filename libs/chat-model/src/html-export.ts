import { escapeHtml } from './html-text';
import { dayOf, extrasHtml, messageHtml, type MessageView } from './html-message';
import { searchField, searchScript, searchScriptHash } from './html-search';
import { pageStyle } from './html-style';
import type { Conversation } from './conversation';
import type { Message } from './message';
import type { ChatCounts, ChatSource } from './source';

/** One file of an HTML export. The name is made of digits and letters of this project, never of the source's. */
export interface HtmlFile {
  readonly name: string;
  /** The messages on the page, in the file of one. */
  readonly messages: readonly Message[];
  /** Made when it is first asked for, which has to be before the next file is: whoever brings media beside the page does that first. */
  readonly content: string;
}

const pageMessages = 1000;

export interface HtmlOptions {
  /**
   * Where a message's file lies beside the pages: a relative path of letters, digits, `-`, `_`, `.` and `/`; undefined where it is not
   * there.
   */
  readonly mediaPath?: (message: Message, conversation: Conversation) => string | undefined;
  /** Words for why a message's file does not lie beside the pages; undefined where there are none. */
  readonly mediaProblem?: (message: Message, conversation: Conversation) => string | undefined;
}

/**
 * A source as pages for people: `index.html` with the conversations, and pages of 1,000 messages for each. Times are UTC
 * where the source knows them. The pages load nothing but their style sheet and the media beside them, and hold small
 * pictures that the source keeps in their place; the one script that their
 * policy lets run, named by its hash, searches the page.
 *
 * @returns how much was written
 */
export function* htmlPages(source: ChatSource, options: HtmlOptions = {}): Generator<HtmlFile, ChatCounts, undefined> {
  yield { name: 'style.css', messages: [], content: pageStyle };
  const rows: string[] = [];
  let messages = 0;
  for (const entry of source.conversations()) {
    const { conversation, messageCount } = entry;
    const number = rows.length + 1;
    const names = new Map(conversation.participants.map(({ id, name }) => [id, name ?? id]));
    const nameOf = (id: string): string => names.get(id) ?? id;
    const mediaOf = (message: Message): string | undefined => options.mediaPath?.(message, conversation);
    const problemOf = (message: Message): string | undefined => options.mediaProblem?.(message, conversation);
    const pages = Math.max(1, Math.ceil(messageCount / pageMessages));
    let page = 0;
    const pageOf = (run: readonly Message[]): HtmlFile =>
      new Page(run, conversation, { number, page, pages, nameOf, mediaOf, problemOf });
    for (const run of runs(entry.messages(), pageMessages)) {
      page++;
      messages += run.length;
      yield pageOf(run);
    }
    if (page === 0) {
      page = 1;
      yield pageOf([]);
    }
    rows.push(
      `<li><a href="${pageName(number, 1)}" dir="auto">${escapeHtml(conversation.title)}</a> ` +
        `<span class="kind">${messageCount} messages</span></li>\n`,
    );
  }
  const list = `<p>${rows.length} conversations, ${messages} messages</p><ul class="list">\n${rows.join('')}</ul>`;
  yield { name: 'index.html', messages: [], content: document('Chats', `<h1>Chats</h1>${searchField}${list}`) };
  return { chats: rows.length, messages };
}

const pageName = (conversation: number, page: number): string =>
  `chat-${String(conversation).padStart(5, '0')}-${String(page).padStart(5, '0')}.html`;

function* runs(messages: Iterable<Message>, length: number): Generator<readonly Message[], void, undefined> {
  let run: Message[] = [];
  for (const message of messages) {
    run.push(message);
    if (run.length < length) continue;
    yield run;
    run = [];
  }
  if (run.length > 0) yield run;
}

interface PagePlace {
  readonly number: number;
  readonly page: number;
  readonly pages: number;
  readonly nameOf: (senderId: string) => string;
  readonly mediaOf: (message: Message) => string | undefined;
  readonly problemOf: (message: Message) => string | undefined;
}

/** One page of a conversation, made when it is asked for. */
class Page implements HtmlFile {
  readonly messages: readonly Message[];
  readonly #conversation: Conversation;
  readonly #place: PagePlace;
  #content: string | undefined;

  constructor(messages: readonly Message[], conversation: Conversation, place: PagePlace) {
    this.messages = messages;
    this.#conversation = conversation;
    this.#place = place;
  }

  get name(): string {
    return pageName(this.#place.number, this.#place.page);
  }

  get content(): string {
    return (this.#content ??= conversationPage(this.#conversation, this.messages, this.#place));
  }
}

function conversationPage(
  conversation: Conversation,
  messages: readonly Message[],
  { number, page, pages, nameOf, mediaOf, problemOf }: PagePlace,
): string {
  const onPage = new Map(messages.map((message) => [message.id, message]));
  const view: MessageView = { nameOf, mediaOf, problemOf, messageOf: (id) => onPage.get(id) };
  let day = '';
  let items = '';
  for (const message of messages) {
    const itsDay = dayOf(message);
    if (itsDay !== day) {
      day = itsDay;
      items += `<li class="day">${escapeHtml(day)}</li>\n`;
    }
    items += messageHtml(message, view);
  }
  const links = [
    '<a href="index.html">All chats</a>',
    ...(page > 1 ? [`<a href="${pageName(number, page - 1)}" rel="prev">Earlier</a>`] : []),
    ...(page < pages ? [`<a href="${pageName(number, page + 1)}" rel="next">Later</a>`] : []),
  ].join(' ');
  const navigation = (place: string): string =>
    `<nav aria-label="Pages, ${place}">${links} <span class="kind">page ${page} of ${pages}</span></nav>`;
  const title = escapeHtml(conversation.title);
  const facts = page === 1 ? extrasHtml(conversation.extras) : '';
  return document(
    conversation.title,
    `<h1 dir="auto">${title}</h1>${facts}${navigation('at the top')}${searchField}<ol>\n${items}</ol>${navigation('at the end')}`,
  );
}

/** Pages are opened from a disk, where 'self' is nothing. */
const policy = [
  "default-src 'none'",
  "style-src 'self' file:",
  "img-src 'self' file: data:",
  "media-src 'self' file:",
  `script-src '${searchScriptHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function document(title: string, body: string): string {
  return (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${escapeHtml(title)}</title><link rel="stylesheet" href="style.css"></head>\n<body><main>${body}</main>\n<script>${searchScript}</script></body></html>\n`
  );
}
