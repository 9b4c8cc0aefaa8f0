'use client';

import type { ConversationSummary, DeviceCallOptions } from '@coffer/device-protocol';
import { Avatar, ConversationList, EmptyState, MessageList, type ReadMessages } from '@coffer/web-ui';
import { ArrowLeft, MessagesSquare } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { useCall } from '../device/use-call';
import { useNow } from '../device/use-now';
import { useArrivalFocus } from '../use-step';
import { ChatSearch, type ChatSearchProps } from './chat-search';
import { ReadingProgress } from './reading-progress';

/** Where chats come from: a snapshot of a backup, or a file. */
export interface ChatReader {
  list(options: DeviceCallOptions): Promise<{ readonly conversations: readonly ConversationSummary[] }>;
  /** Messages `from` (inclusive) to `to` (exclusive), counted from the oldest. */
  read(conversationId: string, from: number, to: number, signal: AbortSignal): ReturnType<ReadMessages>;
  /** Absent where messages cannot be searched. */
  readonly search?: ChatSearchProps['search'];
}

export interface ChatsPaneProps {
  /** Must stay the same object while it means the same chats. */
  readonly chats: ChatReader;
  /** Stands above the list. */
  readonly picker: ReactNode;
  /** Beside the title of an open chat. */
  readonly actions?: (summary: ConversationSummary) => ReactNode;
  /** What is said where there are no chats. */
  readonly empty: { readonly title: string; readonly text: string };
  /** What is shown where the list could not be read. */
  readonly failed: (error: unknown, onRetry?: () => void) => ReactNode;
  readonly conversationId: string | null;
  readonly onConversation: (conversationId: string) => void;
  readonly onCloseConversation: () => void;
}

/** Chats on one side, the chosen one on the other; one at a time where the window is narrow. */
export function ChatsPane(props: ChatsPaneProps): ReactNode {
  const { chats, picker, actions, empty, failed, conversationId, onConversation, onCloseConversation } = props;
  const nowMs = useNow(60_000);
  const heading = useArrivalFocus();
  const list = useCall(useCallback((options: DeviceCallOptions) => chats.list(options), [chats]));
  const conversations = list.state === 'done' ? list.result.conversations : [];
  const [target, setTarget] = useState<{ readonly conversationId: string; readonly index: number } | null>(null);
  const choose = (id: string): void => {
    setTarget(null);
    onConversation(id);
  };
  const open = conversations.find((summary) => summary.conversationId === conversationId);
  return (
    <div className="grid h-full grid-rows-[minmax(0,1fr)] md:grid-cols-[minmax(18rem,24rem)_minmax(0,1fr)]">
      <section
        aria-label={text('ui.conversations')}
        className={`min-h-0 flex-col border-line bg-surface md:border-e ${open === undefined ? 'flex' : 'hidden md:flex'}`}
      >
        {open === undefined && (
          <h1 ref={heading} tabIndex={-1} className="sr-only">
            {text('ui.conversations')}
          </h1>
        )}
        {picker}
        <div className="min-h-0 grow p-2">
          {list.state === 'running' && (
            <div className="p-2">
              <ReadingProgress progress={list.progress} />
            </div>
          )}
          {list.state === 'failed' && failed(list.error, list.again)}
          {list.state === 'done' && conversations.length === 0 && (
            <EmptyState title={empty.title}>{empty.text}</EmptyState>
          )}
          {list.state === 'done' && conversations.length > 0 && (
            <Searchable
              search={chats.search}
              conversations={conversations}
              onOpen={(id, index) => {
                setTarget({ conversationId: id, index });
                onConversation(id);
              }}
              failed={(error) => failed(error)}
              nowMs={nowMs}
            >
              <ConversationList
                conversations={conversations}
                selectedId={open?.conversationId ?? null}
                onSelect={choose}
                nowMs={nowMs}
              />
            </Searchable>
          )}
        </div>
      </section>
      <section className={`min-h-0 min-w-0 flex-col ${open === undefined ? 'hidden md:flex' : 'flex'}`}>
        {open === undefined ? (
          <div className="m-auto">
            <EmptyState icon={<MessagesSquare />} title={text('reader.choose')}>
              {text('reader.choose-text')}
            </EmptyState>
          </div>
        ) : (
          <OpenChat
            key={open.conversationId}
            chats={chats}
            summary={open}
            startAt={target?.conversationId === open.conversationId ? target.index : null}
            nowMs={nowMs}
            onClose={onCloseConversation}
            actions={actions?.(open)}
          />
        )}
      </section>
    </div>
  );
}

interface SearchableProps extends Omit<ChatSearchProps, 'search'> {
  readonly search: ChatSearchProps['search'] | undefined;
}

/** The list, with a search field where there is a search. */
function Searchable({ search, ...props }: SearchableProps): ReactNode {
  return search === undefined ? props.children : <ChatSearch search={search} {...props} />;
}

interface OpenChatProps {
  readonly chats: ChatReader;
  readonly summary: ConversationSummary;
  /** Index of the message that is shown first; null for the newest. */
  readonly startAt: number | null;
  readonly nowMs: number;
  readonly onClose: () => void;
  readonly actions: ReactNode;
}

function OpenChat({ chats, summary, startAt, nowMs, onClose, actions }: OpenChatProps): ReactNode {
  const { conversationId, conversation, messageCount } = summary;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const read = useCallback<ReadMessages>(
    (from, to, signal) => chats.read(conversationId, from, to, signal),
    [chats, conversationId],
  );
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line bg-surface px-4 py-2.5">
        <button
          type="button"
          onClick={onClose}
          aria-label={text('reader.back')}
          className="-ms-2 flex size-11 items-center justify-center rounded-xl text-accent hover:bg-accent-soft md:hidden"
        >
          <ArrowLeft aria-hidden="true" className="size-5 rtl:-scale-x-100" />
        </button>
        <Avatar
          id={conversation.id}
          title={conversation.title}
          isGroup={conversation.kind !== 'direct' && conversation.kind !== 'unknown'}
        />
        <div className="min-w-0 grow">
          <h1 ref={heading} tabIndex={-1} className="truncate font-semibold outline-none">
            <bdi>{conversation.title}</bdi>
          </h1>
          <p className="text-sm text-muted tabular-nums">{text('ui.message-count', { count: messageCount })}</p>
        </div>
        {actions}
      </div>
      <div className="min-h-0 grow">
        <MessageList summary={summary} read={read} startAt={startAt} nowMs={nowMs} />
      </div>
    </>
  );
}
