import { htmlPages, jsonDocument, type ChatSource } from '@coffer/chat-model';
import type { DeviceRequestContext, SavedForm } from '@coffer/device-protocol';
import { Zip, ZipDeflate } from 'fflate';

/** Pages that are made before others have their turn, and a request can be taken back. */
const turnPieces = 8;
/** Least length of what becomes one part of a Blob, in UTF-16 units. */
const partLength = 256 * 1024;

const letOthers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * The whole of a source as the command line's `coffer open` writes it: one JSON document, or the HTML pages as a zip. The browser
 * holds the content as a Blob, outside the memory of this thread, until the page lets go of it.
 */
export async function savedContent(
  source: ChatSource,
  form: SavedForm,
  { signal, progress }: Pick<DeviceRequestContext, 'signal' | 'progress'>,
): Promise<Blob> {
  return form === 'json' ? json(source, signal, progress) : pages(source, signal, progress);
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

async function pages(source: ChatSource, signal: AbortSignal, progress: Told): Promise<Blob> {
  const parts = new BlobParts('application/zip', progress);
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    waiting.push(new Uint8Array(piece));
  });
  const flush = async (): Promise<void> => {
    for (const piece of waiting.splice(0)) await parts.add(piece, signal);
  };
  for (const { name, content } of htmlPages(source)) {
    const file = new ZipDeflate(name, { level: 6 });
    zip.add(file);
    file.push(new TextEncoder().encode(content), true);
    await flush();
  }
  zip.end();
  await flush();
  return parts.whole();
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
