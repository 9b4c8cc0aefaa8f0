import type { MediaReference } from '@coffer/chat-model';
import { toHex } from '@coffer/foundation';
import { ChatFormatError } from '../errors';
import type { Digest } from '../platform';

/** A file that can be the media of a message. */
export interface MediaFile {
  /** Where it lies in its folder or zip, `/` between parts. */
  readonly path: string;
  /** Of its content, without any encryption. */
  readonly sizeBytes: number;
  /**
   * Its content, without any encryption. A piece is valid until the next.
   *
   * @throws ChatFormatError `damaged`, at the end at the latest, where the file's own check value is wrong
   */
  pieces(): Iterable<Uint8Array>;
}

/** Where the media of messages lie: a folder, or a zip. */
export interface MediaPlace {
  /** The file that a message speaks of; undefined where it is not there. */
  find(media: MediaReference): MediaFile | undefined;
  close(): void;
}

/** What a place is made of. */
export interface MediaFiles {
  /** The file at a path of the place; undefined also where the path leads out of it. */
  at(path: string): MediaFile | undefined;
  /** All files; asked for once, when it is first needed. */
  list(): readonly MediaFile[];
  readonly sha256: () => Digest;
  close(): void;
}

/**
 * Finds media by the path that the message names; else by the name, where one file of the place has it; else by the SHA-256 that the
 * message states. Files are only read for their hash where a message states one and nothing else led to a file: of a message that
 * knows the size too, those of that size.
 */
export function mediaPlaceOf(files: MediaFiles): MediaPlace {
  const finder = new MediaFinder(files);
  return { find: (media) => finder.find(media), close: () => files.close() };
}

class MediaFinder {
  readonly #files: MediaFiles;
  readonly #hashes = new Map<MediaFile, string | undefined>();
  #byName: ReadonlyMap<string, readonly MediaFile[]> | undefined;
  #bySize: ReadonlyMap<number, readonly MediaFile[]> | undefined;

  constructor(files: MediaFiles) {
    this.#files = files;
  }

  find({ path, name, sizeBytes, sha256Hex }: MediaReference): MediaFile | undefined {
    const found = path === undefined ? undefined : this.#files.at(path);
    if (found !== undefined) return found;
    const wanted = lastPart(path ?? name ?? '');
    const named = wanted === '' ? [] : this.#named(wanted);
    if (sha256Hex === undefined) return named.length === 1 ? named[0] : undefined;
    // a name that is there once is enough, unless the size speaks against it
    if (named.length === 1 && (sizeBytes === undefined || named[0]!.sizeBytes === sizeBytes)) return named[0];
    return this.#hashed(named, sha256Hex) ?? this.#hashed(this.#sized(sizeBytes), sha256Hex);
  }

  #named(name: string): readonly MediaFile[] {
    this.#byName ??= grouped(this.#files.list(), (file) => lastPart(file.path));
    return this.#byName.get(name) ?? [];
  }

  #sized(sizeBytes: number | undefined): readonly MediaFile[] {
    if (sizeBytes === undefined) return this.#files.list();
    this.#bySize ??= grouped(this.#files.list(), (file) => file.sizeBytes);
    return this.#bySize.get(sizeBytes) ?? [];
  }

  #hashed(candidates: readonly MediaFile[], sha256Hex: string): MediaFile | undefined {
    return candidates.find((file) => this.#hashOf(file) === sha256Hex);
  }

  /** Undefined for a file that is damaged, or cannot be read any more. */
  #hashOf(file: MediaFile): string | undefined {
    if (!this.#hashes.has(file)) this.#hashes.set(file, this.#readHash(file));
    return this.#hashes.get(file);
  }

  #readHash(file: MediaFile): string | undefined {
    const hash = this.#files.sha256();
    try {
      for (const piece of file.pieces()) hash.update(piece);
    } catch (error) {
      if (error instanceof ChatFormatError) return undefined;
      throw error;
    }
    return toHex(hash.digest());
  }
}

/** The name at the end of a path, whichever separator its phone or computer has. */
const lastPart = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function grouped<Key>(
  files: readonly MediaFile[],
  keyOf: (file: MediaFile) => Key,
): ReadonlyMap<Key, readonly MediaFile[]> {
  const groups = new Map<Key, MediaFile[]>();
  for (const file of files) {
    const group = groups.get(keyOf(file));
    if (group === undefined) groups.set(keyOf(file), [file]);
    else group.push(file);
  }
  return groups;
}
