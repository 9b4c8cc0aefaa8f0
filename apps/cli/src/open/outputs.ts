import { htmlPages, jsonDocument, type ChatCounts, type ChatSource, type Message } from '@coffer/chat-model';
import { MediaBeside, type MediaPlace, type OpenedBackup } from '@coffer/chat-formats';

import { writeNewFile, writeNewFolder } from '../files/new-output';
import { writeNewZip } from '../files/new-zip';
import { Utf8Room } from '../files/utf8-room';
import { writeTexts } from '../files/write-texts';

/** Where and how a result is written. */
export interface OutputOptions {
  readonly folder: string;
  /** Name of the result without its ending. */
  readonly baseName: string;
  /** Replace an older result that differs. */
  readonly isForced: boolean;
  readonly signal: AbortSignal;
  /** Pages as one zip instead of a folder. */
  readonly isZip?: boolean;
  /** Where the media of the messages lie, for pages; what the backup itself holds unless told. */
  readonly mediaPlace?: MediaPlace;
  readonly onWritten: (bytes: number, conversations?: number, allConversations?: number) => void;
}

/** What was written. */
export interface Output {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  /** Absent where no conversations were read. */
  readonly counts?: ChatCounts;
  /** Files that were copied beside pages; absent where none were looked for. */
  readonly media?: number;
  /** Files that belong beside the pages and are damaged, or could not be read, as their folder or zip calls them. */
  readonly mediaLeftOut?: readonly string[];
  /** Messages with facts for which the model has no place; absent where none were read. */
  readonly withExtras?: number;
}

/** The content of the backup as it was. */
export async function writeOriginal({ payload }: OpenedBackup, options: OutputOptions): Promise<Output> {
  let bytes = 0;
  await writeNewFile(options.folder, payload.name, options, async (write) => {
    for await (const piece of payload.chunks()) {
      await write(piece);
      bytes += piece.length;
      options.onWritten(bytes);
    }
  });
  return { path: payload.name, bytes };
}

/** All conversations as one JSON document. */
export async function writeJson(backup: OpenedBackup, options: OutputOptions): Promise<Output> {
  const source = await backup.chats();
  const path = `${options.baseName}.json`;
  const { watched, position, withExtras } = watch(source);
  let bytes = 0;
  let counts: ChatCounts = { chats: 0, messages: 0 };
  await writeNewFile(options.folder, path, options, async (write) => {
    counts = await writeTexts(jsonDocument(watched), async (piece) => {
      await write(piece);
      bytes += piece.length;
      options.onWritten(bytes, position(), source.counts.chats);
    });
  });
  return { path, bytes, counts, withExtras: withExtras() };
}

/** Pages for people, in a folder of their own. */
export async function writeHtml(backup: OpenedBackup, options: OutputOptions): Promise<Output> {
  const source = await backup.chats();
  const isZip = options.isZip ?? false;
  const path = `${options.baseName}-html${isZip ? '.zip' : ''}`;
  const { watched, position, withExtras } = watch(source);
  let bytes = 0;
  let counts: ChatCounts = { chats: 0, messages: 0 };
  const place = options.mediaPlace ?? backup.media?.();
  const media = place === undefined ? undefined : new MediaBeside(place);
  await (isZip ? writeNewZip : writeNewFolder)(options.folder, path, options, async (writer) => {
    const pages = htmlPages(watched, {
      mediaPath: (message) => media?.pathOf(message),
      mediaProblem: (message) => media?.problemOf(message),
    });
    const encoded = new Utf8Room();
    let next = pages.next();
    for (; next.done !== true; next = pages.next()) {
      await media?.bring(next.value.messages, async (name, pieces) => {
        bytes += await writer.copy(name, pieces);
      });
      const content = encoded.of(next.value.content);
      await writer.write(next.value.name, content);
      bytes += content.length;
      options.onWritten(bytes, position(), source.counts.chats);
    }
    counts = next.value;
  });
  const found = media === undefined ? {} : { media: media.found, mediaLeftOut: media.leftOut };
  return { path, bytes, counts, withExtras: withExtras(), ...found };
}

/** A reader's own words for an event are no fact of the source. */
const ownExtra = 'event';

function hasFacts({ extras }: Message): boolean {
  return extras !== undefined && Object.keys(extras).some((name) => name !== ownExtra);
}

interface Watched {
  readonly watched: ChatSource;
  /** Conversations that were begun. */
  readonly position: () => number;
  /** Messages with `extras` that were read; each is read once. */
  readonly withExtras: () => number;
}

/** The same source, and what was read of it. */
function watch(source: ChatSource): Watched {
  let [begun, extras] = [0, 0];
  function* counted(messages: Iterable<Message>): Generator<Message, void, undefined> {
    for (const message of messages) {
      if (hasFacts(message)) extras++;
      yield message;
    }
  }
  const watched: ChatSource = {
    format: source.format,
    counts: source.counts,
    *conversations() {
      for (const { conversation, messageCount, messages } of source.conversations()) {
        begun++;
        yield { conversation, messageCount, messages: () => counted(messages()) };
      }
    },
    close: () => source.close(),
  };
  return { watched, position: () => begun, withExtras: () => extras };
}
