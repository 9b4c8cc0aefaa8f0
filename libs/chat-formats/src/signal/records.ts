import { ChatFormatError } from '../errors';
import { WireReader } from '../protobuf/wire-reader';
import type { ByteSource } from '../zip/zip-directory';

/** Longest record that is read, in bytes: a message's text has at most some hundred thousand. */
const recordLimitBytes = 16 * 1024 * 1024;

/**
 * How much is read at once, and of what a window starts at a multiple: records that are held in memory lie in blocks of this size,
 * and what lies in one of them is not copied.
 */
const windowBytes = 1024 * 1024;
const longestVarint = 10;

/** One record: where its content starts in the source, and where it lies in `bytes`. The object is the same for all. */
export interface BackupRecord {
  offset: number;
  /** Valid until the next record. */
  bytes: Uint8Array;
  start: number;
  end: number;
}

/**
 * The records of a decrypted Signal backup, in order: each is a varint length and as many bytes. Memory is one window, or one record
 * where it is longer.
 *
 * @throws ChatFormatError `damaged` where the source ends within a record, `too-large`
 */
export function* backupRecords(source: ByteSource): Generator<BackupRecord, void, undefined> {
  let window = new Uint8Array();
  let windowAt = 0;
  const wire = new WireReader(window);
  const record: BackupRecord = { offset: 0, bytes: window, start: 0, end: 0 };
  for (let at = 0; at < source.sizeBytes;) {
    const ahead = Math.min(longestVarint, source.sizeBytes - at);
    if (at + ahead > windowAt + window.length) {
      windowAt = at;
      window = readWindow(source, at, ahead);
    }
    wire.bytes = window;
    wire.at = at - windowAt;
    const length = wire.varint(window.length);
    const offset = windowAt + wire.at;
    if (length > recordLimitBytes) {
      throw new ChatFormatError('too-large', `a record of this backup has more than ${recordLimitBytes} bytes`);
    }
    if (offset + length > source.sizeBytes) throw new ChatFormatError('damaged', 'this backup ends within a record');
    if (offset + length > windowAt + window.length) {
      windowAt = offset;
      window = readWindow(source, offset, length);
    }
    record.offset = offset;
    record.bytes = window;
    record.start = offset - windowAt;
    record.end = record.start + length;
    yield record;
    at = offset + length;
  }
}

/** To the end of the block in which `at` lies, or as much as is wanted at least where that is more. */
const readWindow = (source: ByteSource, at: number, leastBytes: number): Uint8Array<ArrayBuffer> =>
  view(source.read(at, Math.min(Math.max(windowBytes - (at % windowBytes), leastBytes), source.sizeBytes - at)));

/** A Buffer's subarray costs twice what that of a plain array does. */
const view = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
