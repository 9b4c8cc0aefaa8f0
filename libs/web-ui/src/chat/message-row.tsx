import { eventWords, type Conversation, type DeliveryState, type Message } from '@coffer/chat-model';
import { Check, CheckCheck, CircleAlert, Clock3, Forward, Star, TimerReset, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../text/text-provider';
import { personColours } from './avatar';
import { MessageBody } from './message-body';
import { dayText, shownMs, startsDay, timeText } from './message-time';
import { hueOf, nameOf, senderName } from './people';

export interface MessageRowProps {
  readonly conversation: Conversation;
  readonly message: Message;
  /** The message before this one, where it is known. */
  readonly before: Message | undefined;
  readonly isFirst: boolean;
  readonly nowMs: number;
}

/** One message with what stands above it: a new day, the name of who wrote it. */
export function MessageRow({ conversation, message, before, isFirst, nowMs }: MessageRowProps): ReactNode {
  const text = useText();
  const isNewDay = startsDay(message, before, isFirst);
  const atMs = shownMs(message);
  const isRun =
    !isNewDay &&
    before?.kind !== 'system' &&
    before?.isFromSelf === message.isFromSelf &&
    before.senderId === message.senderId;
  return (
    <>
      {isNewDay && atMs !== null && (
        <div className="flex justify-center py-3">
          <span className="rounded-full bg-sunken px-3 py-1 text-xs font-medium text-muted">
            {dayText(atMs, nowMs, text)}
          </span>
        </div>
      )}
      {message.kind === 'system' ? (
        <SystemLine conversation={conversation} message={message} />
      ) : (
        <Bubble conversation={conversation} message={message} isRun={isRun} />
      )}
    </>
  );
}

function SystemLine({ conversation, message }: { conversation: Conversation; message: Message }): ReactNode {
  const text = useText();
  const { system } = message;
  const people = (system?.participantIds ?? []).map((id) => nameOf(conversation, id));
  const said = [lineStart(eventWords(message)), system?.value].filter((part) => part !== undefined).join(': ');
  const words = message.text ?? (said === '' ? text('ui.system', { action: system?.action ?? '' }) : said);
  return (
    <p className="mx-auto max-w-prose px-4 py-1.5 text-center text-sm text-muted wrap-anywhere">
      <bdi>{words}</bdi>
      {people.length > 0 && <bdi> · {people.join(', ')}</bdi>}
    </p>
  );
}

const lineStart = (words: string | undefined): string | undefined =>
  words === undefined ? undefined : words.slice(0, 1).toUpperCase() + words.slice(1);

interface BubbleProps {
  readonly conversation: Conversation;
  readonly message: Message;
  readonly isRun: boolean;
}

function Bubble({ conversation, message, isRun }: BubbleProps): ReactNode {
  const text = useText();
  const name = senderName(conversation, message, text);
  const showsName = !message.isFromSelf && !isRun && conversation.kind !== 'direct';
  const colour = personColours[hueOf(message.senderId ?? name)];
  return (
    <div className={`flex flex-col ${isRun ? 'pt-0.5' : 'pt-2'} ${message.isFromSelf ? 'items-end' : 'items-start'}`}>
      <div
        className={
          'max-w-[min(36rem,85%)] rounded-2xl px-3.5 py-2 ' +
          (message.isFromSelf ? 'rounded-ee-md bg-mine' : 'rounded-es-md bg-surface shadow-raised')
        }
      >
        <bdi className={showsName ? `text-sm font-semibold ${colour}` : 'sr-only'}>{name}</bdi>
        {message.marks?.includes('forwarded') === true && (
          <Mark
            icon={<Forward aria-hidden="true" className="size-3.5 rtl:-scale-x-100" />}
            label={text('ui.forwarded')}
          />
        )}
        {message.marks?.includes('view-once') === true && (
          <Mark icon={<TimerReset aria-hidden="true" className="size-3.5" />} label={text('ui.view-once')} />
        )}
        <MessageBody conversation={conversation} message={message} />
        <p className="mt-0.5 flex items-center justify-end gap-1.5 text-xs text-muted tabular-nums">
          {message.marks?.includes('starred') === true && (
            <Star role="img" aria-label={text('ui.starred')} className="size-3 fill-current" />
          )}
          {(message.edits !== undefined || message.marks?.includes('edited') === true) && (
            <span>{text('ui.edited')}</span>
          )}
          <span>{timeText(message, text)}</span>
          <Delivery message={message} />
        </p>
      </div>
      {message.reactions !== undefined && message.reactions.length > 0 && (
        <p className="-mt-1 rounded-full border border-line bg-surface px-2 py-0.5 text-sm wrap-anywhere">
          {message.reactions.map(({ text: reaction }) => reaction).join(' ')}
        </p>
      )}
    </div>
  );
}

const deliveryIcons: Readonly<Record<DeliveryState, LucideIcon>> = {
  failed: CircleAlert,
  pending: Clock3,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  played: CheckCheck,
};

/** How far an own message came: ticks, and in words, since delivered and read look alike. */
function Delivery({ message }: { message: Message }): ReactNode {
  const text = useText();
  const state = message.isFromSelf ? message.delivery : undefined;
  if (state === undefined) return null;
  const Icon = deliveryIcons[state];
  return (
    <span className="flex items-center gap-0.5">
      <Icon aria-hidden="true" className="size-3.5" />
      {text(`ui.delivery-${state}`)}
    </span>
  );
}

function Mark({ icon, label }: { icon: ReactNode; label: string }): ReactNode {
  return (
    <p className="flex items-center gap-1 text-xs text-muted">
      {icon}
      {label}
    </p>
  );
}
