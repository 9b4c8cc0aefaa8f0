import { MediaBeside, type MediaPlace } from '@coffer/chat-formats';
import { htmlPages, jsonDocument, type ChatSource, type Message } from '@coffer/chat-model';
import { DeviceError, type DeviceRequestContext, type SavedForm } from '@coffer/device-protocol';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** Pages that are made before others have their turn, and a request can be taken back. */
const turnPieces = 8;
/** Most that a zip without the 64-bit extension holds, with room for its list (APPNOTE 6.3.10, section 4.4). */
const zipBytes = 0xffff_ffff - 64 * 1024 * 1024;
const zipEntries = 0xffff - 1;
/** Least length of what becomes one part of a Blob, in UTF-16 units. */
const partLength = 256 * 1024;

const letOthers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** What was saved. */
export interface Saved {
  readonly content: Blob;
  /** How many files of messages are damaged, and not in it. */
  readonly mediaLeftOut: number;
}

/**
 * A source as the command line's `coffer open` writes it: one JSON document, or the HTML pages and their media as a zip. The browser
 * holds the content as a Blob, outside the memory of this thread, until the page lets go of it.
 */
export async function savedContent(
  source: ChatSource,
  form: SavedForm,
  { signal, progress }: Pick<DeviceRequestContext, 'signal' | 'progress'>,
  media?: MediaPlace,
): Promise<Saved> {
  if (form === 'html') return pages(source, media, signal, progress);
  return { content: await json(source, signal, progress), mediaLeftOut: 0 };
}

type Told = DeviceRequestContext['progress'];

async function json(source: ChatSource, signal: AbortSignal, progress: Told): Promise<Blob> {
  const parts = new BlobParts('application/json', progress);
  let part = '';
  for (const piece of jsonDocument(source)) {
    part += piece;
    if (part.length < partLength) continue;
    await parts.add(new TextEncoder().encode(part), signal);
    part = '';
  }
  await parts.add(new TextEncoder().encode(part), signal);
  return parts.whole();
}

async function pages(
  source: ChatSource,
  place: MediaPlace | undefined,
  signal: AbortSignal,
  progress: Told,
): Promise<Saved> {
  const parts = new BlobParts('application/zip', progress);
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    waiting.push(new Uint8Array(piece));
  });
  const flush = async (): Promise<void> => {
    for (const piece of waiting.splice(0)) await parts.add(piece, signal);
    if (parts.bytes > zipBytes || entries > zipEntries) {
      throw new DeviceError('too-large', 'the pages and their media are more than one zip can hold');
    }
  };
  let entries = 0;
  const beside = place === undefined ? undefined : new MediaBeside(place);
  const copy = async (name: string, pieces: Iterable<Uint8Array>): Promise<void> => {
    // pictures and sound are packed already
    entries++;
    const packed = new ZipPassThrough(name);
    zip.add(packed);
    for (const piece of pieces) {
      packed.push(new Uint8Array(piece));
      await flush();
    }
    packed.push(new Uint8Array(0), true);
    await flush();
  };
  const options = {
    mediaPath: (message: Message) => beside?.pathOf(message),
    mediaProblem: (message: Message) => beside?.problemOf(message),
  };
  for (const page of htmlPages(source, options)) {
    await beside?.bring(page.messages, copy);
    entries++;
    const file = new ZipDeflate(page.name, { level: 6 });
    zip.add(file);
    file.push(new TextEncoder().encode(page.content), true);
    await flush();
  }
  zip.end();
  await flush();
  return { content: parts.whole(), mediaLeftOut: beside?.leftOut.length ?? 0 };
}

/** Pieces of a download, handed to the browser's own keeping as they come. */
class BlobParts {
  readonly #type: string;
  readonly #progress: Told;
  readonly #parts: Blob[] = [];
  #bytes = 0;
  #pieces = 0;

  constructor(type: string, progress: Told) {
    this.#type = type;
    this.#progress = progress;
  }

  /** So far. */
  get bytes(): number {
    return this.#bytes;
  }

  async add(piece: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    this.#parts.push(new Blob([piece]));
    this.#bytes += piece.length;
    if (++this.#pieces % turnPieces !== 0) return;
    this.#progress({ phase: 'reading', doneBytes: this.#bytes, totalBytes: null });
    await letOthers();
    signal.throwIfAborted();
  }

  whole(): Blob {
    return new Blob(this.#parts.splice(0), { type: this.#type });
  }
}
