import type { Extras, MediaReference, MessageKind } from '@coffer/chat-model';
import { mediaOf, present } from '../message-draft';
import type { Attachment, FilePointer } from './schema/files';

/** One file as the model has it, and what the model has no place for. */
export interface ReadFile {
  readonly media: MediaReference | undefined;
  readonly extras: Extras;
}

const wholeNumber = (value: number | string | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** A file pointer: what it says of the file goes into the model; where it can be fetched and its key stay in `extras`. */
export function readFilePointer(pointer: FilePointer | undefined): ReadFile {
  if (pointer === undefined) return { media: undefined, extras: {} };
  const { contentType, fileName, widthPixels, heightPixels, locator, ...rest } = pointer;
  const { sizeBytes, plaintextSha256Hex, ...place } = locator ?? {};
  const isHash = plaintextSha256Hex?.length === 64;
  const media = mediaOf({
    name: fileName,
    mimeType: contentType,
    widthPixels: wholeNumber(widthPixels),
    heightPixels: wholeNumber(heightPixels),
    sizeBytes: wholeNumber(sizeBytes),
    sha256Hex: isHash ? plaintextSha256Hex : undefined,
    path: undefined,
    durationSeconds: undefined,
    isOmitted: undefined,
  });
  return {
    media,
    extras: {
      ...(rest as Extras),
      ...(Object.keys(place).length === 0 ? {} : { locator: place as Extras }),
      ...(plaintextSha256Hex === undefined || isHash ? {} : { plaintextHashHex: plaintextSha256Hex }),
    },
  };
}

/** What a file of this type is shown as. */
export function kindOfFile({ pointer, flag }: Attachment): MessageKind {
  const [major] = (pointer?.contentType ?? '').toLowerCase().split('/', 1);
  if (flag === 'gif') return 'gif';
  if (flag === 'voice-message' || major === 'audio') return 'audio';
  if (major === 'image') return 'image';
  return major === 'video' ? 'video' : 'document';
}

/** One file of a message. */
export function readAttachment(attachment: Attachment | undefined): ReadFile {
  if (attachment === undefined) return { media: undefined, extras: {} };
  const { pointer, ...rest } = attachment;
  const { media, extras } = readFilePointer(pointer);
  return { media, extras: { ...extras, ...(rest as Extras) } };
}

/** A file that stands in `extras` as a whole: of several in one message, the second and all after it. */
export function fileAsExtras(attachment: Attachment): Extras {
  const { media, extras } = readAttachment(attachment);
  return { ...present<Extras>({ ...media }), ...extras };
}
