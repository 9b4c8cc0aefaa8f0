import type { DeliveryState } from './delivery';
import { eventWords } from './event-words';
import type { Extras } from './extras';
import { escapeHtml } from './html-text';
import type { Message, MessageKind } from './message';
import { wordsWithNames } from './named-mentions';
import { pollVotesOf, votesByOption } from './poll-votes';
import { thumbnailAddress } from './thumbnail';

/** What a message without words is called. */
const kindNames: Readonly<Record<MessageKind, string>> = {
  text: 'Message',
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  gif: 'GIF',
  sticker: 'Sticker',
  document: 'Document',
  contact: 'Contact',
  location: 'Location',
  'live-location': 'Live location',
  call: 'Call',
  poll: 'Poll',
  album: 'Album',
  system: 'Notice',
  deleted: 'Deleted message',
  unsupported: 'Unsupported',
};

/** What a message is shown with. */
export interface MessageView {
  readonly nameOf: (senderId: string) => string;
  /** Where its file lies beside the page. */
  readonly mediaOf: (message: Message) => string | undefined;
  /** Words for why its file does not lie there. */
  readonly problemOf: (message: Message) => string | undefined;
  /** Another message of the same page. */
  readonly messageOf: (id: string) => Message | undefined;
}

/** One message as a list item; everything that comes from the source is escaped. */
export function messageHtml(message: Message, view: MessageView): string {
  const { nameOf } = view;
  const sender = message.isFromSelf ? 'You' : message.senderId === null ? '' : nameOf(message.senderId);
  const classes = ['m', ...(message.isFromSelf ? ['own'] : []), ...(message.kind === 'system' ? ['system'] : [])];
  return (
    `<li class="${classes.join(' ')}" id="m${escapeHtml(message.id)}">` +
    (sender === '' ? '' : `<b dir="auto">${escapeHtml(sender)}</b> `) +
    `${timeHtml(message)}${quoteHtml(message, view)}${mediaHtml(message, view)}${bodyHtml(message, nameOf)}${reactionsHtml(message, nameOf)}</li>\n`
  );
}

/** What stands for a state where there is little room, and in words. */
const deliveryNames: Readonly<Record<DeliveryState, readonly [sign: string, words: string]>> = {
  failed: ['!', 'Not sent'],
  pending: ['…', 'Not sent yet'],
  sent: ['✓', 'Sent'],
  delivered: ['✓✓', 'Delivered'],
  read: ['✓✓', 'Read'],
  played: ['✓✓', 'Played'],
};
const minuteMs = 60_000;

/** How far an own message came; and when another's arrived, where that was not at once. */
function deliveryHtml(message: Message): string {
  const { delivery: state, receivedMs } = message;
  const parts: string[] = [];
  if (state !== undefined) {
    const [sign, words] = deliveryNames[state];
    parts.push(`<span aria-hidden="true">${sign}</span> ${words}`);
  }
  if (receivedMs !== undefined && isLater(message, receivedMs)) {
    parts.push(`received ${instantHtml(receivedMs)}`);
  }
  return parts.length === 0 ? '' : `<p class="marks">${parts.join(' · ')}</p>`;
}

const isLater = ({ timeMs }: Message, receivedMs: number): boolean =>
  timeMs === null || Math.abs(receivedMs - timeMs) >= minuteMs;

/** Without what is shown above, or is a small copy of it. */
function unshownExtras(message: Message, nameOf: MessageView['nameOf']): Extras | undefined {
  const { extras } = message;
  if (extras === undefined) return undefined;
  const isShown = (name: string): boolean =>
    (name === 'event' && message.kind === 'system' && eventWords(message) !== undefined) ||
    (name === 'mentions' && wordsWithNames(message, nameOf) !== message.text) ||
    (name === 'thumbnail' && thumbnailAddress(message) !== undefined) ||
    (name === 'pollVotes' && showsAllVotes(message));
  const rest = Object.entries(extras).filter(([name]) => !isShown(name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

const instantHtml = (timeMs: number): string => {
  const instant = new Date(timeMs).toISOString();
  return `<time datetime="${instant}">${instant.slice(0, 16).replace('T', ' ')}</time>`;
};

/** Whose device told what, behind a click. */
function receiptsHtml({ receipts }: Message, nameOf: MessageView['nameOf']): string {
  if (receipts === undefined || receipts.length === 0) return '';
  const lines = receipts.map(({ id, receivedMs, readMs, playedMs, status }) => {
    const said = [
      receivedMs === undefined ? undefined : `received ${instantHtml(receivedMs)}`,
      readMs === undefined ? undefined : `read ${instantHtml(readMs)}`,
      playedMs === undefined ? undefined : `played ${instantHtml(playedMs)}`,
      status === undefined ? undefined : `status ${status}`,
    ].filter((part) => part !== undefined);
    const name = id === undefined ? '' : `<span dir="auto">${escapeHtml(nameOf(id))}</span> `;
    return `<li>${name}${said.join(' · ')}</li>`;
  });
  return `<details class="marks"><summary>Receipts</summary><ul>${lines.join('')}</ul></details>`;
}

function timeHtml({ timeMs, localTime }: Message): string {
  if (timeMs !== null) {
    const text = new Date(timeMs).toISOString();
    return `<time datetime="${text}">${text.slice(11, 16)}</time>`;
  }
  return localTime === undefined
    ? ''
    : `<time datetime="${escapeHtml(localTime)}">${escapeHtml(localTime.slice(11))}</time>`;
}

/** The day a message belongs to, as it is shown between messages. */
export function dayOf({ timeMs, localTime }: Message): string {
  if (timeMs !== null) return new Date(timeMs).toISOString().slice(0, 10);
  return localTime?.slice(0, 10) ?? '';
}

/** What is answered: as the source repeats it, or as it stands on the same page, which a link leads to. */
function quoteHtml({ quote }: Message, { nameOf, messageOf }: MessageView): string {
  if (quote === undefined) return '';
  const quoted = quote.messageId === undefined ? undefined : messageOf(quote.messageId);
  const senderId = quote.senderId ?? quoted?.senderId ?? undefined;
  const name = senderId === undefined ? (quoted?.isFromSelf === true ? 'You' : '') : nameOf(senderId);
  const kind = quote.kind ?? quoted?.kind;
  const quotedWords = quoted === undefined ? undefined : wordsWithNames(quoted, nameOf);
  const words = quote.text ?? quotedWords?.slice(0, quotedLength) ?? (kind === undefined ? '' : kindNames[kind]);
  const shown = words === '' ? 'an earlier message' : words;
  const text = escapeHtml(name === '' ? shown : `${name}: ${shown}`);
  const inner = quoted === undefined ? text : `<a href="#m${escapeHtml(encodeURIComponent(quoted.id))}">${text}</a>`;
  return `<blockquote dir="auto">${inner}</blockquote>`;
}

const quotedLength = 200;
const safePath = /^(?!\/)(?!.*\.\.)[\w./-]+$/;

/** The file beside the page, as what it is; the browser asks for it when it comes into sight, and for sound and film when told to. */
function mediaHtml(message: Message, { mediaOf, problemOf }: MessageView): string {
  const path = mediaOf(message);
  if (path === undefined || !safePath.test(path)) {
    const problem = problemOf(message);
    return thumbnailHtml(message) + (problem === undefined ? '' : `<p class="kind">${escapeHtml(problem)}</p>`);
  }
  const { kind, media } = message;
  const label = escapeHtml(media?.name ?? kindNames[kind]);
  const mimeType = media?.mimeType ?? '';
  if (kind === 'image' || kind === 'sticker' || (kind === 'gif' && !mimeType.startsWith('video/'))) {
    return `<a href="${path}"><img src="${path}" alt="${label}" loading="lazy"></a>`;
  }
  if (kind === 'video' || kind === 'gif')
    return `<video src="${path}" controls preload="none" aria-label="${label}"></video>`;
  if (kind === 'audio') return `<audio src="${path}" controls preload="none" aria-label="${label}"></audio>`;
  return `<p><a href="${path}" dir="auto">${label}</a></p>`;
}

/** The small picture that the source keeps in its place. */
function thumbnailHtml(message: Message): string {
  const address = thumbnailAddress(message);
  if (address === undefined) return '';
  const label = escapeHtml(message.media?.name ?? kindNames[message.kind]);
  return `<img class="small" src="${address}" alt="Preview: ${label}" loading="lazy">`;
}

function bodyHtml(message: Message, nameOf: MessageView['nameOf']): string {
  const parts: string[] = [];
  const label = labelOf(message, nameOf);
  if (label !== '') parts.push(`<p class="kind">${escapeHtml(label)}</p>`);
  const words = wordsWithNames(message, nameOf);
  if (words !== undefined && words !== '') parts.push(`<p dir="auto">${escapeHtml(words)}</p>`);
  if (message.system?.value !== undefined) parts.push(`<p dir="auto">${escapeHtml(message.system.value)}</p>`);
  parts.push(pollHtml(message, nameOf));
  for (const contact of message.contacts ?? []) parts.push(`<pre dir="auto">${escapeHtml(contact)}</pre>`);
  if (message.marks !== undefined) parts.push(`<p class="marks">${escapeHtml(message.marks.join(', '))}</p>`);
  parts.push(deliveryHtml(message), receiptsHtml(message, nameOf), editsHtml(message));
  parts.push(extrasHtml(unshownExtras(message, nameOf)));
  return parts.join('');
}

/** The options, and who chose each, as far as the source says. */
function pollHtml(message: Message, nameOf: MessageView['nameOf']): string {
  const votes = votesByOption(message);
  return (message.poll?.options ?? [])
    .map((option, at) => {
      const voters = votes[at]!.map(({ senderId }) => (senderId === null ? 'You' : nameOf(senderId)));
      const who =
        voters.length === 0 ? '' : ` <span class="kind">${voters.length}: ${escapeHtml(voters.join(', '))}</span>`;
      return `<p dir="auto">${voters.length === 0 ? '○' : '●'} ${escapeHtml(option)}${who}</p>`;
    })
    .join('');
}

/** Whether every vote stands at its option. */
function showsAllVotes(message: Message): boolean {
  const shown = votesByOption(message).reduce((sum, votes) => sum + votes.length, 0);
  return shown > 0 && shown === pollVotesOf(message).length;
}

/** When it was edited, and what it said before, as far as the source keeps it; behind a click. */
function editsHtml({ edits }: Message): string {
  if (edits === undefined || edits.length === 0) return '';
  const states = edits.map(({ timeMs, textBefore }) => {
    const time = instantHtml(timeMs);
    return textBefore === undefined
      ? `<li>${time}</li>`
      : `<li>${time} <span dir="auto">${escapeHtml(textBefore)}</span></li>`;
  });
  const title = edits.some(({ textBefore }) => textBefore !== undefined) ? 'Earlier versions, each until' : 'Edited';
  return `<details class="marks"><summary>${title}</summary><ul>${states.join('')}</ul></details>`;
}

/** What the model has no place for, behind a click. */
export function extrasHtml(extras: Extras | undefined): string {
  if (extras === undefined) return '';
  const facts = escapeHtml(JSON.stringify(extras, undefined, 1));
  return `<details class="marks"><summary>More from the source</summary><pre dir="auto">${facts}</pre></details>`;
}

function labelOf(message: Message, nameOf: MessageView['nameOf']): string {
  const { kind, media, place, call, system, unsupportedType } = message;
  const people = system?.participantIds?.map(nameOf).join(', ');
  if (kind === 'unsupported') return `unsupported (${unsupportedType ?? ''})`;
  if (kind === 'text') return '';
  if (kind === 'system' && system?.value !== undefined && eventWords(message) === undefined) return people ?? '';
  const facts = [
    media?.name ?? media?.path,
    media?.durationSeconds === undefined ? undefined : durationText(media.durationSeconds),
    media?.sizeBytes === undefined ? undefined : sizeText(media.sizeBytes),
    media?.isOmitted === true ? 'not in this backup' : undefined,
    place === undefined ? undefined : `${place.latitude}, ${place.longitude}`,
    place?.name,
    place?.address,
    call?.isVideo === true ? 'video' : undefined,
    call?.isMissed === true ? 'missed' : undefined,
    call?.durationSeconds === undefined ? undefined : durationText(call.durationSeconds),
    system === undefined ? undefined : (eventWords(message) ?? `event ${system.action}`),
    people === '' ? undefined : people,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? kindNames[kind] : `${kindNames[kind]}: ${facts.join(' · ')}`;
}

/** As a clock shows it: `0:07`, `12:30`, `1:02:03`. */
function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** In powers of 1,000, with three digits: `512 bytes`, `1.23 MB`. */
function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power]}`;
}

function reactionsHtml({ reactions }: Message, nameOf: (senderId: string) => string): string {
  if (reactions === undefined) return '';
  const shown = reactions.map(({ text, senderId }) => `${text} ${senderId === null ? 'You' : nameOf(senderId)}`);
  return `<p class="marks" dir="auto">${escapeHtml(shown.join(' · '))}</p>`;
}
