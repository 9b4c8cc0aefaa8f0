import { readHeader } from './header';
import type { LineHeader } from './line-header';

/** One message of an exported chat as it stands in the file. */
export interface ExportEntry {
  /** Absent for text that comes before the first line with a date. */
  readonly header?: LineHeader;
  /** Absent for what the service wrote. */
  readonly author?: string;
  /** Without the header and author; continuation lines with their line ends, the last one's left out. */
  readonly body: string;
}

/** A part of an export. */
export interface Part {
  /** Whole lines; an entry starts with it. */
  readonly text: string;
  /** Whether nothing follows; else the last entry is not given, since it may go on. */
  readonly isEnd: boolean;
  /** Whether bodies are wanted; else those of entries that have a header are empty. */
  readonly withBodies: boolean;
}

/**
 * Splits a part of an export into messages: a line without a date continues the one before it.
 *
 * @returns where the entry starts that was not given; the length of the text at the end
 */
export function* readEntries(part: Part): Generator<ExportEntry, number, undefined> {
  const { text, isEnd } = part;
  let start = 0;
  let header = readHeader(text, 0);
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf('\n', at);
    const next = lineEnd === -1 ? text.length : lineEnd + 1;
    if (next === text.length && !isEnd) return start;
    const nextHeader = next < text.length ? readHeader(text, next) : undefined;
    if (nextHeader !== undefined || next === text.length) {
      const entry = entryOf(part, start, next, header);
      if (entry !== undefined) yield entry;
      start = next;
      header = nextHeader;
    }
    at = next;
  }
  return start;
}

function entryOf(
  { text, withBodies }: Part,
  start: number,
  end: number,
  header: LineHeader | undefined,
): ExportEntry | undefined {
  let last = end;
  if (text.charCodeAt(last - 1) === 10) last--;
  if (text.charCodeAt(last - 1) === 13) last--;
  const from = header?.bodyAt ?? start;
  const to = Math.max(last, from);
  if (header === undefined) {
    const body = bodyOf(text, from, to);
    return body.trim() === '' ? undefined : { body };
  }
  const author = authorOf(text, from, to);
  if (author === undefined) return { header, body: withBodies ? bodyOf(text, from, to) : '' };
  const colon = from + author.length;
  const bodyAt = colon + (text.charCodeAt(colon + 1) === 32 ? 2 : 1);
  return { header, author: cleanName(author), body: withBodies ? bodyOf(text, bodyAt, Math.max(to, bodyAt)) : '' };
}

const bodyOf = (text: string, from: number, to: number): string => text.slice(from, to).replaceAll('\r\n', '\n');

const longestAuthor = 200;

/**
 * What stands before the first colon from `from` to `to`, if it can be a name: on the first line, followed by a blank or the line's end,
 * and without the quotation marks in which system lines name a group.
 */
function authorOf(text: string, from: number, to: number): string | undefined {
  const most = Math.min(to - 1, from + longestAuthor);
  for (let at = text.indexOf(':', from); at > from && at <= most; at = text.indexOf(':', at + 1)) {
    const isFollowed =
      text.charCodeAt(at + 1) === 32 || text.startsWith('\n', at + 1) || text.startsWith('\r\n', at + 1);
    if (!isFollowed && at + 1 !== to) continue;
    const author = text.slice(from, at);
    return /[\n"“”„«»]/.test(author) ? undefined : author;
  }
  return undefined;
}

/** Direction marks that some phones put around names and numbers. */
function cleanName(author: string): string {
  return author.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim() || author;
}
