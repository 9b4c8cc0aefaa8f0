import { mutateBytes, type Mutation } from './byte-mutations';
import type { Dice } from './dice';

/** What SQLite's file format calls pages: sqlite.org/fileformat2.html. */
interface Page {
  readonly number: number;
  /** Where its b-tree header is: the first page begins with the header of the file. */
  readonly headerAt: number;
}

const fileHeaderBytes = 100;

function pageSizeOf(bytes: Uint8Array): number {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint16(16);
  return size === 1 ? 65_536 : size;
}

type PageMutation = (view: DataView, page: Page, dice: Dice, pages: number, pageSize: number) => void;

const pageTypes = [0, 2, 5, 10, 13, 255] as const;
const counts = [0, 1, 2, 400, 65_535] as const;

/** A place of one of the page's cells, if it has any. */
function cellAt(view: DataView, { headerAt }: Page, dice: Dice, pageSize: number): number {
  const start = headerAt < pageSize ? 0 : headerAt - (headerAt % pageSize);
  const isInterior = [2, 5].includes(view.getUint8(headerAt));
  const pointers = headerAt + (isInterior ? 12 : 8);
  const cells = Math.min(view.getUint16(headerAt + 3), 100);
  const at = start + view.getUint16(pointers + 2 * dice.below(cells));
  return Math.min(at, view.byteLength - 16);
}

const pageMutations: Readonly<Record<string, PageMutation>> = {
  type: (view, { headerAt }, dice) => view.setUint8(headerAt, dice.pick(pageTypes)),
  freeBlock: (view, { headerAt }, dice) => view.setUint16(headerAt + 1, dice.below(65_536)),
  cellCount: (view, { headerAt }, dice) => view.setUint16(headerAt + 3, dice.pick(counts)),
  contentStart: (view, { headerAt }, dice) => view.setUint16(headerAt + 5, dice.below(65_536)),
  rightChild: (view, { headerAt }, dice, pages) => view.setUint32(headerAt + 8, dice.below(pages + 2)),
  cellPointer: (view, { headerAt }, dice) => view.setUint16(headerAt + 8 + 2 * dice.below(16), dice.below(65_536)),
  /** Of an interior page the child, of a leaf the length of the row and the number of the row. */
  cellStart: (view, page, dice, pages, pageSize) =>
    view.setUint32(cellAt(view, page, dice, pageSize), dice.isHit(2) ? dice.below(pages + 2) : dice.below(2 ** 32)),
  cellByte: (view, page, dice, _pages, pageSize) =>
    view.setUint8(cellAt(view, page, dice, pageSize) + dice.below(12), dice.below(256)),
  /** The page becomes another one, so that two places lead to the same rows. */
  samePage: (view, { number }, dice, pages, pageSize) => {
    const other = dice.below(pages) + 1;
    if (other === 1 || number === 1) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset);
    bytes.copyWithin((number - 1) * pageSize, (other - 1) * pageSize, other * pageSize);
  },
};

/** Where the header of the file can be wrong: page size, versions, reserved bytes, fractions, page count, schema format, encoding. */
const headerFields = [16, 17, 18, 19, 20, 21, 22, 23, 28, 31, 36, 44, 47, 52, 56, 59, 64] as const;

/** Pages of a database: their kind, their cells, what they lead to; the header of the file; and now and then any bytes. */
export const mutatePages: Mutation = (bytes, dice, other) => {
  if (bytes.length < 512 || dice.isHit(5)) return mutateBytes(bytes, dice, other);
  const changed = new Uint8Array(bytes);
  const view = new DataView(changed.buffer);
  const pageSize = pageSizeOf(bytes);
  const pages = Math.floor(bytes.length / pageSize);
  if (dice.isHit(6)) changed[dice.pick(headerFields)] = dice.isHit(2) ? dice.below(256) : dice.pick([0, 1, 2, 4, 255]);
  const names = Object.keys(pageMutations);
  for (let left = 1 + dice.below(4); left > 0; left--) {
    const number = dice.below(pages) + 1;
    const page = { number, headerAt: number === 1 ? fileHeaderBytes : (number - 1) * pageSize };
    pageMutations[dice.pick(names)]!(view, page, dice, pages, pageSize);
  }
  return changed;
};
