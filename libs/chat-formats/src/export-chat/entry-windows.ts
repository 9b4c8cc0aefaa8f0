import { chatLimits } from '@coffer/chat-model';
import type { ByteSource } from '../zip/zip-directory';
import { readEntries, type ExportEntry } from './entries';
import { readHeader } from './header';

/** Entries of a part of the text that was read at once. */
export interface EntryWindow {
  /** Byte of the text at which the first one starts. */
  readonly startsAt: number;
  readonly entries: Iterable<ExportEntry>;
}

/**
 * How much of a text is decoded at once, in bytes. V8 collects its young objects every 1.5 MB or so, and what is in use then moves on to
 * where it stays long: with larger windows these are most of what does.
 */
const usualBytes = 8 * 1024;
/** An entry that is longer is cut: no message holds more than this decodes to. A unit of UTF-16 has at most three bytes. */
const longestEntryBytes = 3 * chatLimits.textLength + 4096;

const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf];
// A mark in the middle of a text is a part of it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export interface EntryWindowOptions {
  /** Where a window starts, or 0. */
  readonly from?: number;
  /** What is read at once; more where an entry is longer. */
  readonly windowBytes?: number | undefined;
  /** Whether bodies are wanted; see `Part`. */
  readonly withBodies?: boolean;
}

/**
 * The entries of a text, window by window: memory does not grow with the text. The entries of one must have been taken before the
 * next is asked for.
 *
 * @param text - the export
 */
export function* entryWindows(
  text: ByteSource,
  { from = 0, windowBytes = usualBytes, withBodies = true }: EntryWindowOptions = {},
): Generator<EntryWindow, void, undefined> {
  const sizeBytes = text.sizeBytes;
  let at = from === 0 ? afterMark(text) : from;
  let length = windowBytes;
  while (at < sizeBytes) {
    const isEnd = at + length >= sizeBytes;
    const bytes = text.read(at, Math.min(length, sizeBytes - at));
    const lines = isEnd ? bytes : bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
    const isCut = !isEnd && length >= longestEntryBytes;
    const decoded = decoder.decode(isCut ? bytes : lines);
    let rest = 0;
    const startsAt = at;
    yield {
      startsAt,
      entries: (function* () {
        rest = yield* readEntries({ text: decoded, isEnd, withBodies });
      })(),
    };
    if (isEnd) return;
    if (rest > 0) {
      at += bytesBefore(lines, decoded, rest);
      length = windowBytes;
    } else if (isCut) {
      yield { startsAt, entries: readEntries({ text: decoded, isEnd: true, withBodies }) };
      at = nextEntry(text, at + length, windowBytes);
      length = windowBytes;
    } else {
      length = Math.min(2 * length, longestEntryBytes);
    }
  }
}

/** Where the text begins behind a byte order mark. */
function afterMark(text: ByteSource): number {
  const { length } = byteOrderMark;
  if (text.sizeBytes < length) return 0;
  const start = text.read(0, length);
  return byteOrderMark.every((byte, index) => start[index] === byte) ? length : 0;
}

/**
 * How many bytes come before a place in their text at which a line starts. Whatever else was decoded to something of another length,
 * line ends are the same in both.
 */
function bytesBefore(bytes: Uint8Array, decoded: string, place: number): number {
  let end = bytes.length - 1;
  for (let at = decoded.indexOf('\n', place); at !== -1; at = decoded.indexOf('\n', at + 1)) {
    end = bytes.lastIndexOf(lineFeed, end) - 1;
  }
  return bytes.lastIndexOf(lineFeed, end) + 1;
}

/** A header is shorter, whatever its digits are. */
const longestHeaderBytes = 400;

/** Where the next line with a header starts, at a place within an entry or behind it. */
function nextEntry(text: ByteSource, from: number, windowBytes: number): number {
  const { sizeBytes } = text;
  const isHeader = (at: number): boolean =>
    readHeader(decoder.decode(text.read(at, Math.min(longestHeaderBytes, sizeBytes - at))), 0) !== undefined;
  // The line end before it, so that a line that starts just there is seen.
  for (let at = from - 1; at < sizeBytes; at += windowBytes) {
    const bytes = text.read(at, Math.min(windowBytes, sizeBytes - at));
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, end + 1)) {
      const line = at + end + 1;
      if (line < sizeBytes && isHeader(line)) return line;
    }
  }
  return sizeBytes;
}
