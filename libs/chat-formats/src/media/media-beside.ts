import type { Message } from '@coffer/chat-model';
import { ChatFormatError } from '../errors';
import type { MediaFile, MediaPlace } from './media-place';
import { provenPieces } from './proven-pieces';

/** Endings that no browser runs anything for. A file with any other one is called .bin, so that a click on it does not open a page. */
const harmless: ReadonlySet<string> = new Set(
  (
    'jpg jpeg png gif webp heic heif avif bmp mp4 m4v mov 3gp webm mkv mp3 m4a aac ogg oga opus wav amr flac ' +
    'pdf txt vcf vcard csv doc docx xls xlsx ppt pptx odt ods odp zip tgs'
  ).split(' '),
);

/** Copies a file beside the pages. @param pieces - each valid until the next */
export type CopyMedia = (name: string, pieces: Iterable<Uint8Array>) => Promise<unknown>;

/**
 * Puts the media of messages that a folder or zip has beside the pages. A file that is damaged, or cannot be read, is left out and
 * named; the others go on.
 */
export class MediaBeside {
  readonly #place: MediaPlace;
  readonly #copies = new Map<MediaFile, string | undefined>();
  /** What the messages of the page that is written have. */
  #ofPage = new Map<Message, MediaFile>();
  readonly #leftOut: string[] = [];
  #found = 0;

  constructor(place: MediaPlace) {
    this.#place = place;
  }

  /** How many different files lie beside the pages. */
  get found(): number {
    return this.#found;
  }

  /** The files that are damaged or could not be read, as their place calls them. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /** Copies the files of the messages of one page, those that were not copied before. To be done before the page is made. */
  async bring(messages: readonly Message[], copy: CopyMedia): Promise<void> {
    this.#ofPage = new Map();
    for (const message of messages) {
      const file = message.media === undefined ? undefined : this.#place.find(message.media);
      if (file === undefined) continue;
      this.#ofPage.set(message, file);
      if (!this.#copies.has(file)) this.#copies.set(file, await this.#copied(file, message, copy));
    }
  }

  /** Where a message's file lies beside the pages; undefined where it is not there. For messages that `bring` was last given. */
  pathOf(message: Message): string | undefined {
    const file = this.#ofPage.get(message);
    return file === undefined ? undefined : this.#copies.get(file);
  }

  /** Why the file of a message is not beside the pages though the source has it, in words for people. */
  problemOf(message: Message): string | undefined {
    const isLeftOut = this.#ofPage.has(message) && this.pathOf(message) === undefined;
    return isLeftOut ? 'this file is damaged or cannot be read, and was left out' : undefined;
  }

  async #copied(file: MediaFile, message: Message, copy: CopyMedia): Promise<string | undefined> {
    const pieces = this.#proven(file);
    if (pieces === undefined) return undefined;
    const name = `media/${String(++this.#found).padStart(6, '0')}.${endingFor(file, message)}`;
    await copy(name, pieces);
    return name;
  }

  #proven(file: MediaFile): Iterable<Uint8Array> | undefined {
    try {
      return provenPieces(file);
    } catch (error) {
      if (!(error instanceof ChatFormatError)) throw error;
      this.#leftOut.push(file.path);
      return undefined;
    }
  }
}

function endingFor(file: MediaFile, { media }: Message): string {
  // what is encrypted, or is part of the backup itself, has no name that says what is in it: the message has
  const isNameless = file.path.endsWith('.mcrypt1') || endingOf(file.path) === '';
  const all = isNameless ? [media?.path, media?.name, ofType(media?.mimeType)] : [file.path];
  return all.map((name) => endingOf(name ?? '')).find((each) => harmless.has(each)) ?? 'bin';
}

/** A name with the ending of a type of media, as most types have it: `image/png` gives `.png`. */
const ofType = (mimeType: string | undefined): string | undefined =>
  mimeType === undefined ? undefined : `.${mimeType.slice(mimeType.indexOf('/') + 1)}`;

const endingOf = (name: string): string => /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
