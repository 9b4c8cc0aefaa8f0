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

/**
 * Splits a part of an export into messages: a line without a date continues the one before it.
 *
 * @param text - whole lines; an entry starts with it
 * @param isEnd - whether nothing follows; else the last entry is not given, since it may go on
 * @returns where the entry starts that was not given; the length of the text at the end
 */
export function* readEntries(text: string, isEnd: boolean): Generator<ExportEntry, number, undefined> {
  let start = 0;
  let header = readHeader(text, 0);
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf('\n', at);
    const next = lineEnd === -1 ? text.length : lineEnd + 1;
    if (next === text.length && !isEnd) return start;
    const nextHeader = next < text.length ? readHeader(text, next) : undefined;
    if (nextHeader !== undefined || next === text.length) {
      const entry = entryOf(text, start, next, header);
      if (entry !== undefined) yield entry;
      start = next;
      header = nextHeader;
    }
    at = next;
  }
  return start;
}

function entryOf(text: string, start: number, end: number, header: LineHeader | undefined): ExportEntry | undefined {
  let last = end;
  if (text.charCodeAt(last - 1) === 10) last--;
  if (text.charCodeAt(last - 1) === 13) last--;
  const body = text.slice(header?.bodyAt ?? start, Math.max(last, header?.bodyAt ?? start)).replaceAll('\r\n', '\n');
  if (header === undefined) return body.trim() === '' ? undefined : { body };
  const author = authorOf(body);
  if (author === undefined) return { header, body };
  const bodyAt = author.length + (body.charCodeAt(author.length + 1) === 32 ? 2 : 1);
  return { header, author: cleanName(author), body: body.slice(bodyAt) };
}

const longestAuthor = 200;

/**
 * What stands before the first colon, if it can be a name: on the first line, followed by a blank or the line's end, and
 * without the quotation marks in which system lines name a group.
 */
function authorOf(body: string): string | undefined {
  const colon = body.indexOf(':');
  if (colon <= 0 || colon > longestAuthor) return undefined;
  for (let at = colon; at !== -1 && at <= longestAuthor; at = body.indexOf(':', at + 1)) {
    const after = body.charCodeAt(at + 1);
    if (after !== 32 && after !== 10 && at + 1 !== body.length) continue;
    const author = body.slice(0, at);
    return /[\n"“”„«»]/.test(author) ? undefined : author;
  }
  return undefined;
}

/** Direction marks that some phones put around names and numbers. */
function cleanName(author: string): string {
  return author.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim() || author;
}
