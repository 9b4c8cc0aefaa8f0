import type { Message } from '@coffer/chat-model';
import type { MediaFile, MediaPlace } from './media-place';

/** A file that goes along with the pages. */
export interface MediaCopy {
  readonly file: MediaFile;
  /** Where it goes, relative to the pages. */
  readonly name: string;
}

/** Endings that no browser runs anything for. A file with any other one is called .bin, so that a click on it does not open a page. */
const harmless: ReadonlySet<string> = new Set(
  (
    'jpg jpeg png gif webp heic heif avif bmp mp4 m4v mov 3gp webm mkv mp3 m4a aac ogg oga opus wav amr flac ' +
    'pdf txt vcf vcard csv doc docx xls xlsx ppt pptx odt ods odp zip tgs'
  ).split(' '),
);

/** Gives the media of messages that a folder or zip has a name beside the pages. */
export class MediaBeside {
  readonly #place: MediaPlace;
  readonly #copies = new Map<MediaFile, MediaCopy>();
  #waiting: MediaCopy[] = [];

  constructor(place: MediaPlace) {
    this.#place = place;
  }

  /** How many different files were found. */
  get found(): number {
    return this.#copies.size;
  }

  /** Where the message's file lies beside the pages; undefined where it is not there. */
  pathOf({ media }: Message): string | undefined {
    const file = media === undefined ? undefined : this.#place.find(media);
    return file === undefined ? undefined : this.#copy(file, [media?.path, media?.name, ofType(media?.mimeType)]).name;
  }

  /** The files that were found since the last call. */
  takeCopies(): readonly MediaCopy[] {
    const copies = this.#waiting;
    this.#waiting = [];
    return copies;
  }

  #copy(file: MediaFile, names: readonly (string | undefined)[]): MediaCopy {
    const known = this.#copies.get(file);
    if (known !== undefined) return known;
    // what is encrypted, or is part of the backup itself, has no name that says what is in it: the message has
    const isNameless = file.path.endsWith('.mcrypt1') || endingOf(file.path) === '';
    const all = isNameless ? names : [file.path];
    const ending = all.map((name) => endingOf(name ?? '')).find((each) => harmless.has(each)) ?? 'bin';
    const copy = { file, name: `media/${String(this.#copies.size + 1).padStart(6, '0')}.${ending}` };
    this.#copies.set(file, copy);
    this.#waiting.push(copy);
    return copy;
  }
}

/** A name with the ending of a type of media, as most types have it: `image/png` gives `.png`. */
const ofType = (mimeType: string | undefined): string | undefined =>
  mimeType === undefined ? undefined : `.${mimeType.slice(mimeType.indexOf('/') + 1)}`;

const endingOf = (name: string): string => /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
