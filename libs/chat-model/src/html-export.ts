import { escapeHtml } from './html-text';
import { dayOf, extrasHtml, messageHtml } from './html-message';
import type { Conversation } from './conversation';
import type { Message } from './message';
import type { ChatCounts, ChatSource } from './source';

/** One file of an HTML export. The name is made of digits and letters of this project, never of the source's. */
export interface HtmlFile {
  readonly name: string;
  readonly content: string;
}

const pageMessages = 1000;

/**
 * A source as pages for people: `index.html` with the conversations, and pages of 1,000 messages for each. Times are UTC
 * where the source knows them. The pages hold no script, load nothing but their style sheet, and forbid everything else to
 * the browser.
 *
 * @returns how much was written
 */
export function* htmlPages(source: ChatSource): Generator<HtmlFile, ChatCounts, undefined> {
  yield { name: 'style.css', content: style };
  const rows: string[] = [];
  let messages = 0;
  for (const entry of source.conversations()) {
    const { conversation, messageCount } = entry;
    const number = rows.length + 1;
    const names = new Map(conversation.participants.map(({ id, name }) => [id, name ?? id]));
    const nameOf = (id: string): string => names.get(id) ?? id;
    const pages = Math.max(1, Math.ceil(messageCount / pageMessages));
    let page = 0;
    for (const run of runs(entry.messages(), pageMessages)) {
      page++;
      messages += run.length;
      yield {
        name: pageName(number, page),
        content: conversationPage(conversation, run, { number, page, pages, nameOf }),
      };
    }
    if (page === 0) {
      yield {
        name: pageName(number, 1),
        content: conversationPage(conversation, [], { number, page: 1, pages, nameOf }),
      };
    }
    rows.push(
      `<li><a href="${pageName(number, 1)}" dir="auto">${escapeHtml(conversation.title)}</a> ` +
        `<span class="kind">${messageCount} messages</span></li>\n`,
    );
  }
  const list = `<p>${rows.length} conversations, ${messages} messages</p><ul class="list">\n${rows.join('')}</ul>`;
  yield { name: 'index.html', content: document('Chats', `<h1>Chats</h1>${list}`) };
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
}

function conversationPage(
  conversation: Conversation,
  messages: readonly Message[],
  { number, page, pages, nameOf }: PagePlace,
): string {
  let day = '';
  let items = '';
  for (const message of messages) {
    const itsDay = dayOf(message);
    if (itsDay !== day) {
      day = itsDay;
      items += `<li class="day">${escapeHtml(day)}</li>\n`;
    }
    items += messageHtml(message, nameOf);
  }
  const links = [
    '<a href="index.html">All chats</a>',
    ...(page > 1 ? [`<a href="${pageName(number, page - 1)}" rel="prev">Earlier</a>`] : []),
    ...(page < pages ? [`<a href="${pageName(number, page + 1)}" rel="next">Later</a>`] : []),
  ].join(' ');
  const navigation = `<nav>${links} <span class="kind">page ${page} of ${pages}</span></nav>`;
  const title = escapeHtml(conversation.title);
  const facts = page === 1 ? extrasHtml(conversation.extras) : '';
  return document(
    conversation.title,
    `<h1 dir="auto">${title}</h1>${facts}${navigation}<ol>\n${items}</ol>${navigation}`,
  );
}

function document(title: string, body: string): string {
  return (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; base-uri 'none'; form-action 'none'">` +
    '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${escapeHtml(title)}</title><link rel="stylesheet" href="style.css"></head>\n<body>${body}</body></html>\n`
  );
}

const style = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; }
ol, ul.list { list-style: none; padding: 0; }
ul.list li { padding: 0.25rem 0; }
nav { display: flex; gap: 1rem; padding: 0.5rem 0; }
.m { margin: 0.25rem 15% 0.25rem 0; padding: 0.4rem 0.7rem; border-radius: 0.5rem; background: color-mix(in srgb, CanvasText 8%, Canvas); }
.m.own { margin: 0.25rem 0 0.25rem 15%; background: color-mix(in srgb, LinkText 14%, Canvas); }
.m.system { margin: 0.5rem 10%; text-align: center; background: none; }
.m p, .m pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.m time, .kind, .marks { font-size: 0.85rem; opacity: 0.75; }
.day { margin: 1rem 0 0.5rem; text-align: center; font-weight: 600; }
blockquote { margin: 0.25rem 0; padding-inline-start: 0.6rem; border-inline-start: 3px solid; opacity: 0.8; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
