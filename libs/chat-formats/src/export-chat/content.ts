import type { MediaReference, MessageKind, Place } from '@coffer/chat-model';

/** What the words of an exported message say beyond text. */
export interface ExportContent {
  readonly kind: MessageKind;
  readonly text?: string;
  readonly media?: MediaReference;
  readonly place?: Place;
  readonly isEdited?: true;
}

/** Sizes of the files in a zip by name; undefined where there is no zip, so that nobody can say whether a file is there. */
export type MediaSizes = ReadonlyMap<string, number> | undefined;

const marks = /^[\u200e\u200f]+/;

/** `IMG-20210428-WA0001.jpg (file attached)`, in whatever language: a file name and a remark in parentheses. */
const androidAttachment = /^([^/\\:*?"<>|\n]{1,200}\.[a-z0-9]{1,8}) \(([^()\n]{1,60})\)$/iu;
/** `<attached: 00000042-PHOTO-2021.jpg>`, in whatever language. */
const iosAttachment = /^<[^<>:\n]{1,40}: ?([^<>/\\:*?"|\n]{1,200}\.[a-z0-9]{1,8})>$/iu;
/** `X.jpg <attached>` */
const olderIosAttachment = /^([^/\\:*?"<>|\n]{1,200}\.[a-z0-9]{1,8}) <[^<>\n]{1,40}>$/iu;
const appName = /^(?:(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+|\d{8}-[A-Z_]+-\d|(?:IMG|VID|AUD|PTT|STK|DOC)[-_]\d)/i;
const attachedRemarks =
  /^(?:file attached|datei angehängt|archivo adjunto|fichier joint|file allegato|arquivo anexado|ficheiro anexado|bestand bijgevoegd|dołączony plik|файл добавлен|tiedosto liitetty|dosya ekli|bifogad fil|fil bifogad|fil vedhæftet)$/iu;

const androidOmitted =
  /^<(?:media omitted|medien ausgeschlossen|multimedia omitido|médias omis|media omessi|mídia oculta|ficheiro não revelado|media weggelaten|pominięto multimedia|без медиафайлов|media jätettiin pois|medya dahil edilmedi)>$/iu;
const iosOmitted =
  /^(image|video|audio|voice message|sticker|gif|document|contact card|bild|bild weggelassen|imagen|vídeo|image omise) (?:omitted|weggelassen|omitido|omitida|omise|omesso)$/iu;
const deleted =
  /^(?:this message was deleted|you deleted this message|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje|eliminaste este mensaje|ce message a été supprimé|vous avez supprimé ce message)\.?$/iu;
const edited =
  /[ \n]?[\u200e\u200f]*<(?:this message was edited|diese nachricht wurde bearbeitet|se editó este mensaje|ce message a été modifié)>$/iu;
const mapLink = /^[^:\n]{1,60}: https:\/\/maps\.google\.com\/\?q=(-?\d{1,3}\.\d+),(-?\d{1,3}\.\d+)/u;

/** Reads the body of a message that somebody wrote. */
export function readContent(body: string, mediaSizes: MediaSizes): ExportContent {
  const withoutEdit = body.replace(edited, '');
  const content = readPlain(withoutEdit, mediaSizes);
  return withoutEdit.length === body.length ? content : { ...content, isEdited: true };
}

function readPlain(body: string, mediaSizes: MediaSizes): ExportContent {
  const first = firstLine(body).replace(marks, '').trimEnd();
  const caption = body.slice(firstLine(body).length + 1);
  const name = attachedName(first, mediaSizes);
  if (name !== undefined) return { ...withText(caption), ...attachment(name, mediaSizes) };
  if (androidOmitted.test(first)) return { kind: 'unsupported', ...withText(caption), media: { isOmitted: true } };
  const omitted = iosOmitted.exec(first)?.[1]?.toLowerCase();
  if (omitted !== undefined) return { kind: omittedKind(omitted), ...withText(caption), media: { isOmitted: true } };
  if (deleted.test(first) && caption === '') return { kind: 'deleted' };
  const place = placeOf(first);
  if (place !== undefined) return { kind: 'location', text: body.replace(marks, ''), place };
  return { kind: 'text', text: body.replace(marks, '') };
}

function firstLine(body: string): string {
  const end = body.indexOf('\n');
  return end === -1 ? body : body.slice(0, end);
}

const withText = (text: string): { readonly text?: string } => (text === '' ? {} : { text });

/** A remark in another language is believed if the file is there, or if only the app names files so. */
function attachedName(line: string, mediaSizes: MediaSizes): string | undefined {
  const last = line.charCodeAt(line.length - 1);
  if (last !== 0x29 && last !== 0x3e) return undefined;
  const android = androidAttachment.exec(line);
  if (android !== null) {
    const [, name, remark] = android;
    return attachedRemarks.test(remark!) || isKnownFile(name!, mediaSizes) ? name : undefined;
  }
  const ios = iosAttachment.exec(line)?.[1] ?? olderIosAttachment.exec(line)?.[1];
  return ios !== undefined && (isKnownFile(ios, mediaSizes) || /attached/i.test(line)) ? ios : undefined;
}

const isKnownFile = (name: string, mediaSizes: MediaSizes): boolean =>
  mediaSizes?.has(name) === true || appName.test(name);

const kindsByEnding: ReadonlyMap<string, MessageKind> = new Map<string, MessageKind>([
  ...['jpg', 'jpeg', 'png', 'heic'].map((ending) => [ending, 'image'] as const),
  ...['mp4', '3gp', 'mov', 'mkv', 'avi'].map((ending) => [ending, 'video'] as const),
  ...['opus', 'm4a', 'mp3', 'aac', 'ogg', 'amr', 'wav'].map((ending) => [ending, 'audio'] as const),
  ['webp', 'sticker'],
  ['gif', 'gif'],
  ['vcf', 'contact'],
]);

function attachment(
  name: string,
  mediaSizes: MediaSizes,
): { readonly kind: MessageKind; readonly media: MediaReference } {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const sizeBytes = mediaSizes?.get(name);
  return {
    kind: kindsByEnding.get(ending) ?? 'document',
    media: {
      path: name,
      name,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(mediaSizes !== undefined && sizeBytes === undefined ? { isOmitted: true } : {}),
    },
  };
}

function omittedKind(word: string): MessageKind {
  if (/video|vídeo/.test(word)) return 'video';
  if (/audio|voice/.test(word)) return 'audio';
  if (word === 'sticker' || word === 'gif' || word === 'document') return word;
  return word === 'contact card' ? 'contact' : 'image';
}

function placeOf(line: string): Place | undefined {
  const match = mapLink.exec(line);
  const [latitude, longitude] = [Number(match?.[1]), Number(match?.[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
