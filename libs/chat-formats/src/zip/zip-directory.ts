import { ChatFormatError } from '../errors';

/** Bytes that can be read anywhere: an open file, or memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`.
   *
   * @param memory - at least as long: a source that has to read them somewhere reads them there
   */
  read(offset: number, length: number, memory?: Uint8Array): Uint8Array;
}

/** One file in a zip. Its name is a name to show and to compare, never a path to write to. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly method: 'stored' | 'deflated' | 'other';
  readonly crc32: number;
  readonly isEncrypted: boolean;
  readonly headerOffset: number;
}

/** What a zip may hold at most. */
export const zipLimits = { entries: 200_000, directoryBytes: 64 * 1024 * 1024, nameLength: 1024 } as const;

const endBytes = 22;
const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const zip64LocatorSignature = 0x07064b50;
const zip64EndSignature = 0x06064b50;
const longestComment = 0xffff;

const damaged = (what: string): ChatFormatError => new ChatFormatError('damaged', `this zip file is damaged: ${what}`);

/**
 * Lists the files of a zip from its central directory (APPNOTE 6.3.10, sections 4.3.12 to 4.3.16; zip64 too). Folders are
 * left out.
 *
 * @throws ChatFormatError `damaged` (also for names that lead out of the zip's own folder), `too-large`
 */
export function readZipDirectory(source: ByteSource): readonly ZipEntry[] {
  const { count, offset, length } = locateDirectory(source);
  if (count > zipLimits.entries || length > zipLimits.directoryBytes) {
    throw new ChatFormatError('too-large', `this zip file lists more than ${zipLimits.entries} files`);
  }
  if (offset + length > source.sizeBytes) throw damaged('its list of files lies outside of it');
  const bytes = source.read(offset, length);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > length || view.getUint32(at, true) !== directorySignature)
      throw damaged('its list of files ends early');
    const entry = readDirectoryEntry(bytes, view, at);
    if (!entry.name.endsWith('/')) entries.push(entry);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface DirectoryPlace {
  readonly count: number;
  readonly offset: number;
  readonly length: number;
}

function locateDirectory(source: ByteSource): DirectoryPlace {
  const tailBytes = Math.min(source.sizeBytes, endBytes + longestComment);
  const tailAt = source.sizeBytes - tailBytes;
  const tail = source.read(tailAt, tailBytes);
  const view = viewOf(tail);
  for (let at = tailBytes - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature) continue;
    const count = view.getUint16(at + 10, true);
    const length = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    const isZip64 = count === 0xffff || length === 0xffffffff || offset === 0xffffffff;
    return (isZip64 ? locateZip64(source, tailAt + at) : undefined) ?? { count, offset, length };
  }
  throw damaged('its end is missing');
}

function locateZip64(source: ByteSource, endAt: number): DirectoryPlace | undefined {
  if (endAt < 20) return undefined;
  const locator = viewOf(source.read(endAt - 20, 20));
  if (locator.getUint32(0, true) !== zip64LocatorSignature) return undefined;
  const at = Number(locator.getBigUint64(8, true));
  if (at + 56 > source.sizeBytes) throw damaged('its end is missing');
  const end = viewOf(source.read(at, 56));
  if (end.getUint32(0, true) !== zip64EndSignature) throw damaged('its end is missing');
  return {
    count: Number(end.getBigUint64(32, true)),
    length: Number(end.getBigUint64(40, true)),
    offset: Number(end.getBigUint64(48, true)),
  };
}

function readDirectoryEntry(bytes: Uint8Array, view: DataView, at: number): ZipEntry {
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  if (nameLength > zipLimits.nameLength || at + 46 + nameLength + extraLength > bytes.length) {
    throw damaged('a file name in it is too long');
  }
  const method = view.getUint16(at + 10, true);
  const sizes = {
    sizeBytes: view.getUint32(at + 24, true),
    compressedBytes: view.getUint32(at + 20, true),
    headerOffset: view.getUint32(at + 42, true),
  };
  const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
  return {
    name: safeName(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))),
    method: method === 0 ? 'stored' : method === 8 ? 'deflated' : 'other',
    crc32: view.getUint32(at + 16, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    ...withZip64Sizes(sizes, extra),
  };
}

type Sizes = Pick<ZipEntry, 'sizeBytes' | 'compressedBytes' | 'headerOffset'>;

/** Extra field 1 holds, in this order, those of the three numbers that do not fit into 32 bits. */
function withZip64Sizes(sizes: Sizes, extra: Uint8Array): Sizes {
  const full = { ...sizes };
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) break;
    if (view.getUint16(at, true) === 1) {
      let next = at + 4;
      for (const name of ['sizeBytes', 'compressedBytes', 'headerOffset'] as const) {
        if (sizes[name] !== 0xffffffff || next + 8 > end) continue;
        full[name] = Number(view.getBigUint64(next, true));
        next += 8;
      }
    }
    at = end;
  }
  return full;
}

function safeName(name: string): string {
  const isUnsafe =
    name.includes('\0') || name.includes('\\') || /^(?:\/|[a-z]:)/i.test(name) || name.split('/').includes('..');
  if (isUnsafe) throw damaged('a file name in it leads out of its folder. It was made to do harm; nothing was written');
  return name;
}

/**
 * Where the bytes of one file begin, all of which lie within the zip.
 *
 * @throws ChatFormatError `damaged`; `unsupported-format` where the file is encrypted or packed in a rare way
 */
export function storedPlace(source: ByteSource, entry: ZipEntry): number {
  if (entry.isEncrypted || entry.method === 'other') {
    throw new ChatFormatError(
      'unsupported-format',
      'this zip file is encrypted or packed in a way that is not read here',
    );
  }
  if (entry.headerOffset + 30 > source.sizeBytes) throw damaged('a file in it lies outside of it');
  const header = viewOf(source.read(entry.headerOffset, 30));
  if (header.getUint32(0, true) !== localSignature) throw damaged('a file in it is not where the list says');
  const start = entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const isWhole = entry.method === 'deflated' || entry.sizeBytes === entry.compressedBytes;
  if (!isWhole || start + entry.compressedBytes > source.sizeBytes) throw damaged('a file in it is cut off');
  return start;
}

/**
 * The bytes of one file as they are stored, still compressed.
 *
 * @param atMost - how many of them, from the first
 * @throws as `storedPlace`
 */
export function readStoredEntry(source: ByteSource, entry: ZipEntry, atMost = Number.POSITIVE_INFINITY): Uint8Array {
  return source.read(storedPlace(source, entry), Math.min(atMost, entry.compressedBytes));
}
