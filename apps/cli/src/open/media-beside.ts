import type { MediaFile, MediaPlace } from '@coffer/chat-formats';
import type { Message } from '@coffer/chat-model';

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
    return file === undefined ? undefined : this.#copy(file, [media?.path, media?.name]).name;
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
    // the name of an encrypted file says nothing of what is in it: the message's own does
    const all = file.path.endsWith('.mcrypt1') ? names : [file.path];
    const ending = all.map((name) => endingOf(name ?? '')).find((each) => harmless.has(each)) ?? 'bin';
    const copy = { file, name: `media/${String(this.#copies.size + 1).padStart(6, '0')}.${ending}` };
    this.#copies.set(file, copy);
    this.#waiting.push(copy);
    return copy;
  }
}

const endingOf = (name: string): string => /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
