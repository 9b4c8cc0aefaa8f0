import { ChatFormatError } from './errors';
import type { ByteSource } from './zip/zip-directory';

/** The file's own header, which the first page begins with (sqlite.org/fileformat2.html, section 1.3). */
const fileHeaderBytes = 100;
/** How much of a schema row is looked at: its kind, names and root page come before its SQL. */
const schemaRowBytes = 16 * 1024;

/** How much is read at once where pages follow one another, as they mostly do. */
const readAheadBytes = 65_536;

/** Kinds of b-tree pages (section 1.6). */
const [indexInterior, tableInterior, indexLeaf, tableLeaf] = [2, 5, 10, 13];

/**
 * Makes sure that every page of a SQLite file belongs to one place of one tree. SQLite does not look at that while it reads: a page
 * that leads to one page from a hundred places, which does so again, makes of a few kilobytes more rows than anybody can wait for.
 * After this, what can be read is no more than what the file has. What is damaged in other ways is left for SQLite to find.
 *
 * @throws ChatFormatError `damaged` where pages are shared, or rows lie over one another
 */
export function requireSoundPages(source: ByteSource): void {
  if (source.sizeBytes < fileHeaderBytes) return;
  const header = viewOf(source.read(0, fileHeaderBytes));
  const pageBytes = header.getUint16(16) === 1 ? 65_536 : header.getUint16(16);
  const usableBytes = pageBytes - header.getUint8(20);
  const isPower = pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0;
  // SQLite refuses it, or knows no cells in it
  if (!isPower || usableBytes < 480) return;
  const walk = new PageWalk(source, pageBytes, usableBytes);
  const roots: number[] = [];
  walk.tree(1, (row) => roots.push(rootPageIn(row)));
  for (const root of roots) if (root > 1) walk.tree(root);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const shared = (): ChatFormatError =>
  new ChatFormatError('damaged', 'this database is damaged: parts of it lie over one another. Nothing was written.');

/** One cell of a page: its content, as far as it lies there, and the page where the rest of it begins. The same object for each. */
class Cell {
  start = 0;
  payloadBytes = 0;
  localBytes = 0;
  overflowPage = 0;
  readonly #varint = new Varint();

  /**
   * Reads the cell at a place of a page of one of the kinds that hold content. Sizes are those of section 1.6.
   *
   * @returns false where the page ends before the cell does: SQLite notices it
   */
  read(view: DataView, at: number, type: number, usableBytes: number): boolean {
    const varint = this.#varint;
    if (!varint.read(view, type === indexInterior ? at + 4 : at)) return false;
    this.payloadBytes = varint.value;
    if (type === tableLeaf && !varint.read(view, varint.next)) return false;
    this.start = varint.next;
    this.localBytes = localBytesOf(this.payloadBytes, type, usableBytes);
    const end = this.start + this.localBytes;
    const isWhole = this.localBytes === this.payloadBytes;
    if (end + (isWhole ? 0 : 4) > view.byteLength) return false;
    this.overflowPage = isWhole ? 0 : view.getUint32(end);
    return true;
  }
}

function localBytesOf(payloadBytes: number, type: number, usableBytes: number): number {
  const most = type === tableLeaf ? usableBytes - 35 : Math.floor(((usableBytes - 12) * 64) / 255) - 23;
  if (payloadBytes <= most) return payloadBytes;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((payloadBytes - least) % (usableBytes - 4));
  return fitting <= most ? fitting : least;
}

/** SQLite's own numbers of variable length: seven bits a byte, the highest first, and all eight of a ninth. */
class Varint {
  value = 0;
  /** Where the next thing begins. */
  next = 0;

  /** @returns false where the view ends first */
  read(view: DataView, at: number): boolean {
    let value = 0;
    for (let index = 0; index < 9; index++) {
      if (at + index >= view.byteLength) return false;
      const byte = view.getUint8(at + index);
      const isNinth = index === 8;
      value = isNinth ? value * 256 + byte : value * 128 + (byte & 0x7f);
      if (byte >= 0x80 && !isNinth) continue;
      this.value = value;
      this.next = at + index + 1;
      return true;
    }
    return false;
  }
}

/** Pages of a file through one piece of memory, which the next page may be read into. */
class PageWindow {
  readonly #source: ByteSource;
  readonly #pageBytes: number;
  readonly #pages: number;
  readonly #memory: Uint8Array;
  #bytes: Uint8Array = new Uint8Array();
  #first = 1;
  #count = 0;

  constructor(source: ByteSource, pageBytes: number, pages: number) {
    this.#source = source;
    this.#pageBytes = pageBytes;
    this.#pages = pages;
    this.#memory = new Uint8Array(Math.max(readAheadBytes, pageBytes));
  }

  /** @returns a page, valid until the next one is read */
  read(page: number): DataView {
    const pageBytes = this.#pageBytes;
    if (page < this.#first || page >= this.#first + this.#count) {
      const isNext = page === this.#first + this.#count;
      const count = isNext ? Math.max(1, readAheadBytes / pageBytes) : 1;
      this.#count = Math.min(count, this.#pages - page + 1);
      this.#first = page;
      this.#bytes = this.#source.read((page - 1) * pageBytes, this.#count * pageBytes, this.#memory);
    }
    const at = (page - this.#first) * pageBytes;
    return viewOf(this.#bytes.subarray(at, at + pageBytes));
  }
}

class PageWalk {
  readonly #pageBytes: number;
  readonly #usableBytes: number;
  readonly #pages: number;
  readonly #seen: Uint8Array;
  readonly #treePages: PageWindow;
  /** The rest of long rows: the page where such a row begins is still looked at. */
  readonly #overflowPages: PageWindow;

  constructor(source: ByteSource, pageBytes: number, usableBytes: number) {
    this.#pageBytes = pageBytes;
    this.#usableBytes = usableBytes;
    this.#pages = Math.floor(source.sizeBytes / pageBytes);
    this.#seen = new Uint8Array(this.#pages + 1);
    this.#treePages = new PageWindow(source, pageBytes, this.#pages);
    this.#overflowPages = new PageWindow(source, pageBytes, this.#pages);
  }

  /** Goes over a tree, root first. @param onRow - told the first bytes of each row */
  tree(root: number, onRow?: (row: Uint8Array) => void): void {
    const waiting = [root];
    const cell = new Cell();
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (!this.#visit(page)) continue;
      const view = this.#treePages.read(page);
      const headerAt = page === 1 ? fileHeaderBytes : 0;
      const type = view.getUint8(headerAt);
      const isInterior = type === indexInterior || type === tableInterior;
      if (!isInterior && type !== indexLeaf && type !== tableLeaf) continue;
      const pointersAt = headerAt + (isInterior ? 12 : 8);
      const cells = Math.min(view.getUint16(headerAt + 3), (this.#pageBytes - pointersAt) >> 1);
      let localBytes = 0;
      // The last page waits first: the next to be read is the first one then, and pages come in their order.
      if (isInterior) waiting.push(view.getUint32(headerAt + 8));
      for (let index = cells - 1; index >= 0; index--) {
        const at = view.getUint16(pointersAt + 2 * index);
        if (isInterior && at + 4 <= this.#pageBytes) waiting.push(view.getUint32(at));
        if (type === tableInterior || !cell.read(view, at, type, this.#usableBytes)) continue;
        localBytes += cell.localBytes;
        if (localBytes > this.#pageBytes) throw shared();
        if (onRow !== undefined) onRow(this.#content(view, cell, schemaRowBytes));
        else if (cell.overflowPage > 0) this.#content(view, cell, 0);
      }
    }
  }

  /** @returns whether there is such a page @throws ChatFormatError `damaged` where it was seen before */
  #visit(page: number): boolean {
    if (page < 1 || page > this.#pages) return false;
    if (this.#seen[page] === 1) throw shared();
    this.#seen[page] = 1;
    return true;
  }

  /** Goes over all pages of a row. @returns its first bytes, at most `limitBytes` */
  #content(view: DataView, { start, payloadBytes, localBytes, overflowPage }: Cell, limitBytes: number): Uint8Array {
    const content = new Uint8Array(Math.min(limitBytes, payloadBytes));
    let filled = 0;
    const fill = (from: DataView, at: number, length: number): void => {
      const part = new Uint8Array(from.buffer, from.byteOffset + at, Math.min(length, content.length - filled));
      content.set(part, filled);
      filled += part.length;
    };
    fill(view, start, localBytes);
    let left = payloadBytes - localBytes;
    for (let page = overflowPage; left > 0 && this.#visit(page); left -= this.#usableBytes - 4) {
      const next = this.#overflowPages.read(page);
      fill(next, 4, this.#usableBytes - 4);
      page = next.getUint32(0);
    }
    return content.subarray(0, filled);
  }
}

/** Bytes of a column by its serial type (section 2.1). */
function columnBytes(serialType: number): number {
  if (serialType >= 12) return Math.floor((serialType - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][serialType] ?? 0;
}

/** The fourth column of a row of the schema; 0 where it has none. */
function rootPageIn(row: Uint8Array): number {
  const view = viewOf(row);
  const varint = new Varint();
  if (!varint.read(view, 0)) return 0;
  const headBytes = varint.value;
  let at = headBytes;
  for (let column = 0; ; column++) {
    if (!varint.read(view, varint.next) || varint.next > headBytes) return 0;
    const length = columnBytes(varint.value);
    if (column < 3) {
      at += length;
      continue;
    }
    if (varint.value === 9) return 1;
    if (varint.value > 6 || at + length > row.length) return 0;
    let root = 0;
    for (let index = 0; index < length; index++) root = root * 256 + row[at + index]!;
    return root;
  }
}
