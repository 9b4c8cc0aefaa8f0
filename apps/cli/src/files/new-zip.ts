import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { CofferError } from '@coffer/foundation';

import { writeNewFile, type FolderWriter, type NewOutputOptions } from './new-output';

/** What a zip without its 64-bit form can hold. */
const zipLimits = { files: 65_535, bytes: 0xffff_ffff };

/** The pages do not fit into one zip. Nothing was written. */
export class ZipError extends CofferError {
  declare readonly code: 'too-large';
}

/** As `writeNewFolder`, as one zip that is written piece by piece. Equal files give equal bytes. @throws ZipError, OutputError */
export async function writeNewZip(
  folder: string,
  name: string,
  options: NewOutputOptions,
  produce: (writer: FolderWriter) => Promise<void>,
  limits: typeof zipLimits = zipLimits,
): Promise<void> {
  await writeNewFile(folder, name, options, async (write) => {
    const zip = new ZipStream(write, limits);
    await produce(zip);
    await zip.end();
  });
}

/** Text is compressed, what is copied is stored: media are compressed already. */
class ZipStream implements FolderWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #zip: Zip;
  readonly #limits: typeof zipLimits;
  #waiting: Uint8Array[] = [];
  #failure: Error | undefined;
  #files = 0;
  #bytes = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>, limits: typeof zipLimits) {
    this.#write = write;
    this.#limits = limits;
    this.#zip = new Zip((error, bytes) => {
      if (error !== null) this.#failure = error;
      else this.#waiting.push(bytes);
    });
  }

  async write(file: string, bytes: Uint8Array): Promise<void> {
    const entry = this.#add(new ZipDeflate(file, { level: 6 }));
    entry.push(bytes, true);
    await this.#flush();
  }

  async copy(file: string, pieces: Iterable<Uint8Array>): Promise<number> {
    const entry = this.#add(new ZipPassThrough(file));
    let length = 0;
    for (const piece of pieces) {
      length += piece.length;
      // the bytes are held until they are written: a piece is valid until the next
      entry.push(new Uint8Array(piece), false);
      await this.#flush();
    }
    entry.push(new Uint8Array(), true);
    await this.#flush();
    return length;
  }

  async end(): Promise<void> {
    this.#zip.end();
    await this.#flush();
  }

  #add<Entry extends ZipDeflate | ZipPassThrough>(entry: Entry): Entry {
    if (++this.#files > this.#limits.files) throw tooLarge();
    // no clock in the file: the same pages are the same zip
    entry.mtime = new Date(1980, 0, 1);
    this.#zip.add(entry);
    return entry;
  }

  async #flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const pieces = this.#waiting;
    this.#waiting = [];
    for (const piece of pieces) {
      this.#bytes += piece.length;
      if (this.#bytes > this.#limits.bytes) throw tooLarge();
      await this.#write(piece);
    }
  }
}

const tooLarge = (): ZipError =>
  new ZipError(
    'too-large',
    'this is too much for one zip (4 GiB, 65,535 files). Nothing was written: run the same command without --zip.',
  );
