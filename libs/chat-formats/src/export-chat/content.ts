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
  /^(?:file attached|datei angehängt|archivo adjunto|fichier joint|file allegato|arquivo anexado|ficheiro anexado|bestand bijgevoegd|dołączony plik|файл добавлен|tiedosto liitetty|dosya ekli|bifogad fil|fil bifogad|fil vedhæftet|添付ファイル|파일 첨부됨|附件檔案|文件附件)$/iu;

const androidOmitted =
  /^<(?:media omitted|video (?:message|note) omitted|medien ausgeschlossen|multimedia omitido|archivo omitido|médias omis|media omessi|mídia (?:oculta|omitida)|arquivo de mídia oculto|ficheiro não revelado|media weggelaten|pominięto multimedia|без медиафайлов|media jätettiin pois|medya (?:dahil edilmedi|atlanmış)|メディアは含まれていません|メディアなし|미디어 파일을 생략한 대화내용|(?:已)?省略多媒體檔案|省略多媒体文件|省略影音内容|媒体省略|تم استبعاد الوسائط)>$/iu;
/** What iPhones write in the place of a file: its sort, and that it was left out. */
const iosOmitted =
  /^(?:(?:image|video|audio|voice message|video note|sticker|gif|document|contact card) omitted|(?:bild|video|audio|sticker|gif|dokument|kontaktkarte) (?:weggelassen|ausgelassen)|(?:imagen|v[ií]deo|audio|sticker|gif|documento|tarjeta de contacto) omitid[oa]|(?:image|vidéo|audio|sticker|gif|document|fiche contact) (?:omise?|absente?)|(?:immagine|video|audio|sticker|gif|documento|scheda contatto) omess[oa]|(?:imagem|vídeo|áudio|figurinha|gif|documento|cartão do contato) (?:omitid|ocultad)[oa]|(?:afbeelding|video|audio|sticker|gif|document|contactkaart) weggelaten|(?:圖片|影片|音訊|貼圖|文件|聯絡人名片)已(?:略去|忽略))$/iu;
/** A document of an iPhone keeps its name: `Plan.pdf • 3 pages document omitted`. */
const namedOmitted = /^([^<>•\n]{1,200}?)\s*•[^\n]{0,40}\s[\u200e\u200f]?document omitted$/iu;
const deleted =
  /^(?:this message was deleted(?: by admin .{1,200})?|you deleted this message(?: as admin)?|message deleted|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje|eliminaste este mensaje|ce message a été supprimé|vous avez supprimé ce message|questo messaggio è stato eliminato|hai eliminato questo messaggio|(?:essa|esta) mensagem foi apagada|mensagem apagada|você apagou (?:essa|esta) mensagem|dit bericht is verwijderd|je hebt dit bericht verwijderd|данное сообщение удалено|вы удалили данное сообщение|bu mesaj silindi|bu mesajı sildiniz|det här meddelandet raderades|pesan ini telah dihapus|anda menghapus pesan ini|这条消息已删除|此訊息已刪除|你已刪除此訊息)[.。]?$/iu;
const edited =
  /[ \n]?[\u200e\u200f]{0,2}<(?:this message was edited|diese nachricht wurde bearbeitet|se editó este mensaje|ce message a été modifié|questo messaggio è stato modificato|(?:esta )?mensagem (?:foi )?editada|dit bericht is bewerkt)\.?>$/iu;
const mapLink = /^[^:\n]{1,60}: https:\/\/maps\.google\.com\/\?q=(-?\d{1,3}\.\d+),(-?\d{1,3}\.\d+)/u;

/** Longest remark on an edit, with what stands before it. */
const longestEdited = 80;

/** Reads the body of a message that somebody wrote. */
export function readContent(body: string, mediaSizes: MediaSizes): ExportContent {
  // most messages end in no bracket: then there is nothing to look for
  const withoutEdit = body.endsWith('>')
    ? body.slice(0, -longestEdited) + body.slice(-longestEdited).replace(edited, '')
    : body;
  const content = readPlain(withoutEdit, mediaSizes);
  return withoutEdit.length === body.length ? content : { ...content, isEdited: true };
}

function readPlain(body: string, mediaSizes: MediaSizes): ExportContent {
  const first = firstLine(body).replace(marks, '').trimEnd();
  const caption = body.slice(firstLine(body).length + 1);
  const name = attachedName(first, mediaSizes);
  if (name !== undefined) return { ...withText(caption), ...attachment(name, mediaSizes) };
  if (androidOmitted.test(first)) return { kind: 'unsupported', ...withText(caption), media: { isOmitted: true } };
  if (iosOmitted.test(first)) return { kind: omittedKind(first), ...withText(caption), media: { isOmitted: true } };
  // The expressions look for their end from every place of the line on: most lines have not even the one sign.
  const document = first.includes('•') ? namedOmitted.exec(first)?.[1] : undefined;
  if (document !== undefined)
    return { kind: 'document', ...withText(caption), media: { name: document, isOmitted: true } };
  if (deleted.test(first) && caption === '') return { kind: 'deleted' };
  const place = placeOf(first);
  if (place !== undefined) return { kind: 'location', text: body.replace(marks, ''), place };
  // what is not known to be the app's is what somebody wrote, to the last mark
  return { kind: 'text', text: body };
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

const omittedKinds: readonly (readonly [RegExp, MessageKind])[] = [
  [/video|vídeo|vidéo|影片/iu, 'video'],
  [/audio|áudio|voice|音訊/iu, 'audio'],
  [/sticker|figurinha|貼圖/iu, 'sticker'],
  [/gif/iu, 'gif'],
  [/do[ck]ument|文件/iu, 'document'],
  [/conta[ct]|kontakt|聯絡人/iu, 'contact'],
];

const omittedKind = (line: string): MessageKind => omittedKinds.find(([words]) => words.test(line))?.[1] ?? 'image';

function placeOf(line: string): Place | undefined {
  if (!line.includes('maps.google.com')) return undefined;
  const match = mapLink.exec(line);
  const [latitude, longitude] = [Number(match?.[1]), Number(match?.[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
