import type { Message } from '../message';
import { findFolded, foldText } from './fold-text';

/** What somebody looks for: words that must all be in a message, folded, each once. */
export interface SearchQuery {
  readonly words: readonly string[];
}

const mostWords = 32;

/** Words are what stands between blanks; what stands in quotation marks is one, with its blanks. */
export function parseSearchQuery(text: string): SearchQuery {
  const words = Array.from(text.matchAll(/"([^"]+)"|(\S+)/g), ([, quoted, bare]) => foldText(quoted ?? bare!).trim());
  return { words: [...new Set(words)].filter((word) => word !== '').slice(0, mostWords) };
}

/** All words of a message that can be looked for, a line for each part of it. */
export function searchableText({ text, media, system, place, poll, contacts, edits }: Message): string {
  const parts = [text, media?.name, system?.value, place?.name, place?.address, ...(poll?.options ?? [])];
  const more = [...(contacts ?? []), ...(edits ?? []).map(({ textBefore }) => textBefore)];
  return more.length === 0 && parts.every((part) => part === undefined || part === text)
    ? (text ?? '')
    : [...parts, ...more].filter((part) => part !== undefined && part !== '').join('\n');
}

/** Whether a message has all the words. */
export function matchesQuery({ words }: SearchQuery, message: Message): boolean {
  if (words.length === 0) return false;
  const folded = foldText(searchableText(message));
  return words.every((word) => folded.includes(word));
}

/** A few words around the first hit, in three parts so that the hit can be shown as such. */
export interface Excerpt {
  readonly before: string;
  readonly hit: string;
  readonly after: string;
}

const lengthBefore = 40;
const lengthAfter = 120;

/** The place of a message that matches. */
export function excerptOf({ words }: SearchQuery, message: Message): Excerpt {
  const text = searchableText(message);
  const found = words.map((word) => findFolded(text, word)).find((place) => place !== undefined);
  const { start, end } = found ?? { start: 0, end: 0 };
  const from = start <= lengthBefore ? 0 : start - lengthBefore;
  const to = Math.min(text.length, end + lengthAfter);
  return {
    before: `${from > 0 ? '…' : ''}${text.slice(from, start).toWellFormed()}`,
    hit: text.slice(start, end).toWellFormed(),
    after: `${text.slice(end, to).toWellFormed()}${to < text.length ? '…' : ''}`,
  };
}
