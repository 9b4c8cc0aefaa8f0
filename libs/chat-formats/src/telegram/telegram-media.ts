import { chatLimits, type MessageKind, type Place } from '@coffer/chat-model';
import { isJsonObject, type JsonObject } from '../json/parse-json';
import { mediaOf, present, type MessageDraft } from '../message-draft';
import { vCardOf } from '../signal/vcard';
import type { TelegramFields } from './telegram-fields';
import { readRichText } from './telegram-text';

const kindsByMediaType: Readonly<Record<string, MessageKind>> = {
  sticker: 'sticker',
  video_message: 'video',
  voice_message: 'audio',
  animation: 'gif',
  video_file: 'video',
  audio_file: 'audio',
};

/** Media types that say no more than the kind does. */
const plainMediaTypes: ReadonlySet<unknown> = new Set(['sticker', 'animation', 'video_file']);

/** Contents that the model has no kind for: the field that holds each, and what it is called. */
const otherContents: readonly (readonly [field: string, type: string])[] = [
  ['game_title', 'game'],
  ['invoice_information', 'invoice'],
  ['giveaway_information', 'giveaway'],
  ['giveaway_results', 'giveaway-results'],
  ['todo_list', 'checklist'],
  ['paid_media', 'paid-media'],
  ['story_id', 'story'],
];

/** Takes what a message is beside its words: a file, a contact, a place, a poll, or something that has no kind here. */
export function takeContent(fields: TelegramFields, draft: MessageDraft): void {
  takeFile(fields, draft);
  const other = otherContents.find(([field]) => fields.has(field));
  if (takeContact(fields, draft) || takePlace(fields, draft) || takePoll(fields, draft) || other === undefined) return;
  draft.kind = 'unsupported';
  draft.unsupportedType = other[1];
}

/** Takes a photo or a file. Where the export left it out, the reason stands in the place of its path, and stays. */
export function takeFile(fields: TelegramFields, draft: MessageDraft): void {
  const field = ['photo', 'file'].find((name) => typeof fields.peek(name) === 'string');
  const mediaType = fields.peek('media_type');
  const known = typeof mediaType === 'string' && Object.hasOwn(kindsByMediaType, mediaType);
  if (field === undefined && !known) return;
  if (plainMediaTypes.has(mediaType)) fields.take('media_type');
  const isOmitted = field !== undefined && /^\(.*\)$/.test(fields.peek(field) as string);
  const media = mediaOf({
    path: field === undefined || isOmitted ? undefined : fields.text(field, chatLimits.pathLength),
    name: fields.text('file_name'),
    mimeType: fields.text('mime_type'),
    sizeBytes: field === undefined ? undefined : (fields.count(`${field}_file_size`) ?? fields.count('file_size')),
    widthPixels: fields.count('width'),
    heightPixels: fields.count('height'),
    durationSeconds: fields.count('duration_seconds'),
    sha256Hex: undefined,
    isOmitted: isOmitted ? true : undefined,
  });
  if (media !== undefined) draft.media = media;
  if (draft.kind !== 'text') return;
  draft.kind = known ? kindsByMediaType[mediaType]! : field === 'photo' ? 'image' : 'document';
}

function takeContact(fields: TelegramFields, draft: MessageDraft): boolean {
  const contact = fields.object('contact_information');
  if (contact === undefined) return false;
  const { first_name: given, last_name: family, phone_number: number, ...rest } = contact;
  const name = present<{ given: string; family: string }>({ given: words(given), family: words(family) });
  const value = words(number);
  draft.kind = 'contact';
  draft.contacts = [vCardOf({ name, ...(value === undefined ? {} : { numbers: [{ value }] }) })];
  fields.keep('contact_information', rest);
  return true;
}

const words = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= chatLimits.titleLength ? value : undefined;

function takePlace(fields: TelegramFields, draft: MessageDraft): boolean {
  const location = fields.peek('location_information');
  if (!isJsonObject(location)) return false;
  const { latitude, longitude, ...rest } = location;
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return false;
  fields.take('location_information');
  draft.kind = fields.has('live_location_period_seconds') ? 'live-location' : 'location';
  const [name, address] = [fields.text('place_name'), fields.text('address')];
  draft.place = present<Place>({ latitude, longitude, name, address });
  fields.keep('location_information', rest);
  return true;
}

const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= limit;

function takePoll(fields: TelegramFields, draft: MessageDraft): boolean {
  const poll = fields.object('poll');
  if (poll === undefined) return false;
  const { question, answers, ...rest } = poll;
  draft.kind = 'poll';
  const asked = readRichText(question)?.text;
  if (asked !== undefined && draft.text === undefined) draft.text = asked;
  const list = (Array.isArray(answers) ? (answers as readonly unknown[]) : []).filter(isJsonObject);
  draft.poll = { options: list.slice(0, chatLimits.pollOptions).map(answerText) };
  const votes = list.map((answer, option): JsonObject => {
    const { text, ...more } = answer;
    const isCarried =
      option < chatLimits.pollOptions && typeof text === 'string' && text.length <= chatLimits.titleLength;
    return { option, ...(isCarried ? {} : { text }), ...more };
  });
  fields.keep('poll', {
    ...rest,
    ...(typeof question === 'string' && asked === draft.text ? {} : { question }),
    ...(votes.some((vote) => Object.keys(vote).length > 1) ? { answers: votes } : {}),
  });
  return true;
}

const answerText = ({ text }: JsonObject): string =>
  (readRichText(text)?.text ?? '').slice(0, chatLimits.titleLength).toWellFormed();
