import {
  votesByOption,
  wordsWithNames,
  type Conversation,
  type MediaReference,
  type Message,
  type MessageKind,
} from '@coffer/chat-model';
import {
  AudioLines,
  ChartBarBig,
  Contact,
  File,
  Image,
  MapPin,
  Phone,
  PhoneMissed,
  Video,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { formatBytes } from '../format/bytes';
import { formatLength } from '../format/durations';
import type { WebUiTextKey } from '../text/english';
import { useText } from '../text/text-provider';
import type { Translate } from '../text/translate';
import { nameOf } from './people';

/** What a message says. Whatever comes from the backup is text, never markup, and cannot turn the text around it. */
export function MessageBody({ conversation, message }: { conversation: Conversation; message: Message }): ReactNode {
  const text = useText();
  const words = wordsWithNames(message, (id) => nameOf(conversation, id));
  if (message.kind === 'deleted') {
    const isByAdmin = message.marks?.includes('deleted-by-admin') === true;
    return <Aside>{text(isByAdmin ? 'ui.deleted-by-admin' : 'ui.deleted')}</Aside>;
  }
  if (message.kind === 'unsupported') {
    return (
      <>
        <Aside>{text('ui.unsupported', { type: message.unsupportedType ?? '' })}</Aside>
        <Words value={words} />
      </>
    );
  }
  return (
    <>
      {message.quote !== undefined && <QuoteBlock conversation={conversation} quote={message.quote} />}
      <Attachment message={message} />
      <Words value={words} />
      <PollOptions conversation={conversation} message={message} />
    </>
  );
}

/** The options of a poll, and who chose each, as far as the backup says. */
function PollOptions({ conversation, message }: { conversation: Conversation; message: Message }): ReactNode {
  const text = useText();
  if (message.poll === undefined) return null;
  const votes = votesByOption(message);
  return (
    <ul className="mt-1 list-disc ps-5">
      {message.poll.options.map((option, index) => {
        const voters = votes[index]!.map(({ senderId }) =>
          senderId === null ? text('ui.you') : nameOf(conversation, senderId),
        );
        return (
          <li key={index} dir="auto" className="wrap-anywhere">
            {option}
            {voters.length > 0 && (
              <bdi className="block text-sm text-muted">
                {voters.length}: {voters.join(', ')}
              </bdi>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Words({ value }: { value: string | undefined }): ReactNode {
  if (value === undefined || value === '') return null;
  return (
    <p dir="auto" className="leading-relaxed wrap-anywhere whitespace-pre-wrap">
      {value}
    </p>
  );
}

function Aside({ children }: { children: ReactNode }): ReactNode {
  return <p className="leading-relaxed text-muted italic">{children}</p>;
}

function QuoteBlock({
  conversation,
  quote,
}: {
  conversation: Conversation;
  quote: NonNullable<Message['quote']>;
}): ReactNode {
  const text = useText();
  return (
    <blockquote className="mb-1.5 rounded-lg border-s-4 border-accent bg-ground/60 px-3 py-1.5 text-sm">
      {quote.senderId !== undefined && (
        <bdi className="font-medium text-accent">{nameOf(conversation, quote.senderId)}</bdi>
      )}
      <p dir="auto" className="line-clamp-3 text-muted wrap-anywhere">
        {quote.text ?? text(`ui.kind-${quote.kind ?? 'text'}`)}
      </p>
    </blockquote>
  );
}

const icons: Partial<Readonly<Record<MessageKind, LucideIcon>>> = {
  image: Image,
  sticker: Image,
  gif: Image,
  album: Image,
  video: Video,
  audio: AudioLines,
  document: File,
  contact: Contact,
  location: MapPin,
  'live-location': MapPin,
  call: Phone,
  poll: ChartBarBig,
};

function Attachment({ message }: { message: Message }): ReactNode {
  const text = useText();
  const Icon = message.call?.isMissed === true ? PhoneMissed : icons[message.kind];
  if (Icon === undefined && message.media === undefined) return null;
  const Shown = Icon ?? File;
  const details = attachmentDetails(message, text);
  return (
    <div className="mb-1 flex items-center gap-3 rounded-lg bg-ground/60 px-3 py-2">
      <Shown aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <div className="flex min-w-0 flex-col">
        <span className="font-medium">{attachmentTitle(message, text)}</span>
        {details.map((detail, index) => (
          <bdi key={index} className="text-sm text-muted wrap-anywhere">
            {detail}
          </bdi>
        ))}
      </div>
    </div>
  );
}

function attachmentTitle({ kind, call }: Message, text: Translate<WebUiTextKey>): string {
  if (call === undefined) return text(`ui.kind-${kind}`);
  if (call.isMissed === true) return text(call.isVideo === true ? 'ui.call-missed-video' : 'ui.call-missed');
  return text(call.isVideo === true ? 'ui.call-video' : 'ui.call-voice');
}

function attachmentDetails(message: Message, text: Translate<WebUiTextKey>): readonly string[] {
  const { media, call, place, contacts } = message;
  const details: string[] = [];
  if (media !== undefined) details.push(...mediaDetails(media, text));
  if (call?.durationSeconds !== undefined) details.push(formatLength(call.durationSeconds));
  if (place !== undefined) {
    details.push(...[place.name, place.address].filter((part) => part !== undefined));
    const degrees = new Intl.NumberFormat(text.locale, { maximumFractionDigits: 5 });
    details.push(`${degrees.format(place.latitude)}° ${degrees.format(place.longitude)}°`);
  }
  for (const card of contacts ?? []) {
    const name = /^FN[^:\r\n]*:(.+)$/im.exec(card)?.[1];
    if (name !== undefined) details.push(name.trim());
  }
  return details;
}

function mediaDetails(media: MediaReference, text: Translate<WebUiTextKey>): readonly string[] {
  const name = media.name ?? media.path?.split('/').at(-1);
  const facts = [
    media.durationSeconds === undefined ? '' : formatLength(media.durationSeconds),
    media.sizeBytes === undefined ? '' : formatBytes(media.sizeBytes, text.locale),
    media.isOmitted === true ? text('ui.media-omitted') : '',
  ].filter((fact) => fact !== '');
  return [...(name === undefined ? [] : [name]), ...(facts.length === 0 ? [] : [facts.join(' · ')])];
}
