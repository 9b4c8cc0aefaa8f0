import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { Message } from '@coffer/chat-model';

/** A file that goes along with the pages. */
export interface MediaCopy {
  /** Where it is. */
  readonly from: string;
  /** Where it goes, relative to the pages. */
  readonly name: string;
}

/** Most files of a folder that are known by their names. */
const mostFiles = 1_000_000;

/** Endings that no browser runs anything for. A file with any other one is called .bin, so that a click on it does not open a page. */
const harmless: ReadonlySet<string> = new Set(
  (
    'jpg jpeg png gif webp heic heif avif bmp mp4 m4v mov 3gp webm mkv mp3 m4a aac ogg oga opus wav amr flac ' +
    'pdf txt vcf vcard csv doc docx xls xlsx ppt pptx odt ods odp zip tgs'
  ).split(' '),
);

/**
 * Finds the media of messages in a folder: by the path that the message names, else by its name where the folder has one file of that
 * name. Nothing outside of the folder is found, whatever a path says or a link leads to.
 */
export class MediaBeside {
  readonly #root: string;
  readonly #copies = new Map<string, MediaCopy>();
  #byName: ReadonlyMap<string, string | null> | undefined;
  #waiting: MediaCopy[] = [];

  /** @throws the ENOENT of the system where there is no such folder */
  constructor(folder: string) {
    this.#root = realpathSync(folder);
  }

  /** How many different files were found. */
  get found(): number {
    return this.#copies.size;
  }

  /** Where the message's file lies beside the pages; undefined where it is not in the folder. */
  pathOf({ media }: Message): string | undefined {
    if (media === undefined) return undefined;
    const { path, name } = media;
    const wanted = basename((path ?? name ?? '').replaceAll('\\', '/'));
    const from = (path === undefined ? undefined : this.#inside(path)) ?? this.#named(wanted);
    return from === undefined ? undefined : this.#copy(from).name;
  }

  /** The files that were found since the last call. */
  takeCopies(): readonly MediaCopy[] {
    const copies = this.#waiting;
    this.#waiting = [];
    return copies;
  }

  #copy(from: string): MediaCopy {
    const known = this.#copies.get(from);
    if (known !== undefined) return known;
    const ending = /\.([a-z0-9]{1,8})$/i.exec(from)?.[1]?.toLowerCase() ?? '';
    const number = String(this.#copies.size + 1).padStart(6, '0');
    const copy = { from, name: `media/${number}.${harmless.has(ending) ? ending : 'bin'}` };
    this.#copies.set(from, copy);
    this.#waiting.push(copy);
    return copy;
  }

  #inside(path: string): string | undefined {
    if (path.includes('\0')) return undefined;
    try {
      const real = realpathSync(join(this.#root, path));
      return real.startsWith(this.#root + sep) && statSync(real).isFile() ? real : undefined;
    } catch {
      return undefined;
    }
  }

  #named(name: string): string | undefined {
    if (name === '') return undefined;
    this.#byName ??= this.#list();
    return this.#byName.get(name) ?? undefined;
  }

  /** Files by their names; null where there are several. */
  #list(): ReadonlyMap<string, string | null> {
    const names = new Map<string, string | null>();
    for (const entry of readdirSync(this.#root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || names.size >= mostFiles) continue;
      names.set(entry.name, names.has(entry.name) ? null : join(entry.parentPath, entry.name));
    }
    return names;
  }
}
