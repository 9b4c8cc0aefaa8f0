import type { MutableTopic } from '@coffer/contracts';
import { toRfc3339, utf8 } from '@coffer/foundation';
import type { NewNotice } from '@coffer/key-vault';
import { topicOf } from './topics';

/** What an e-mail says: plain text, without markup and without any link. */
export interface EmailMessage {
  readonly subject: string;
  readonly text: string;
}

/** What a push message carries, once the browser has decrypted it. Its bytes are JSON of this, at most 3 KiB. */
export interface PushMessage {
  readonly body: Uint8Array;
  /** RFC 8030: how soon a sleeping device is woken for it. */
  readonly urgency: 'low' | 'normal' | 'high';
}

/** An entry of the feed, as channels tell of it. */
export type ToldNotice = Pick<NewNotice, 'noticeId' | 'atMs' | 'kind' | 'severity' | 'title' | 'text'>;

/**
 * Said in every message, so that a forged one is known by what it asks for. [Note: no links] No message holds a link: who is used to
 * follow one from a message about a key follows the next one too, to whoever sent it.
 */
const promise =
  'Coffer’s messages hold no links, and nobody who writes for Coffer ever asks for your key, its digits or a password. ' +
  'To see this notice, open Coffer the way you always do, or run: coffer notices list';

const silence: Readonly<Record<MutableTopic, string>> = {
  purge: 'To get no more messages about what a purge does by itself: coffer notices mute purge',
  reminders: 'To get no more reminders: coffer notices mute reminders',
};

/** The e-mail that tells of a notice. */
export function noticeEmail({ atMs, kind, severity, title, text }: ToldNotice): EmailMessage {
  const topic = topicOf(kind);
  const paragraphs = [
    text,
    `Recorded ${toRfc3339(atMs)
      .replace('T', ' ')
      .replace(/\.\d+Z$/, ' UTC')}.`,
    promise,
    ...(topic === 'security' ? [] : [silence[topic]]),
  ];
  const mark = severity === 'urgent' ? 'urgent: ' : '';
  return { subject: oneLine(`Coffer: ${mark}${title}`), text: `${paragraphs.join('\n\n')}\n` };
}

/**
 * The e-mail that asks for a new address to be confirmed.
 *
 * @param code - eight digits; worth nothing without the sign-in that asked for it
 */
export function confirmationEmail(code: string): EmailMessage {
  const paragraphs = [
    'Somebody who is signed in to a Coffer account asked to get its notices at this address. If it was you, give Coffer this code ' +
      'within an hour, where you asked for it:',
    `    ${code.slice(0, 4)} ${code.slice(4)}`,
    'If it was not you, do nothing, and give the code to nobody: without it nothing more is sent to this address.',
    'Coffer’s messages hold no links, and nobody who writes for Coffer ever asks for your key, its digits or a password.',
  ];
  return { subject: 'Coffer: confirm this address', text: `${paragraphs.join('\n\n')}\n` };
}

/** The push message that tells of a notice. */
export function noticePush({ noticeId, atMs, kind, severity, title, text }: ToldNotice): PushMessage {
  const urgency = { info: 'low', warning: 'normal', urgent: 'high' } as const;
  return {
    body: utf8(JSON.stringify({ v: 1, noticeId, at: toRfc3339(atMs), kind, severity, title, text })),
    urgency: urgency[severity],
  };
}

/** A line break in a header would begin another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
