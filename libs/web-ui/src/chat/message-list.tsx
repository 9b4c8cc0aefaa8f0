'use client';

import type { ConversationSummary } from '@coffer/device-protocol';
import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';
import { Button } from '../controls/button';
import { EmptyState } from '../feedback/empty-state';
import { useText } from '../text/text-provider';
import { createMessagePages, type MessagePages, type ReadMessages } from './message-pages';
import { MessageRow } from './message-row';
import { useRows } from './use-rows';

export interface MessageListProps {
  readonly summary: ConversationSummary;
  /** Must stay the same function while the conversation stays the same. */
  readonly read: ReadMessages;
  /** Index of the message that is shown first and marked; the newest unless told. */
  readonly startAt?: number | null;
  readonly nowMs: number;
}

/** The messages of one conversation, opened at the newest or where it is told. Only what is in view is in the page, and only that is read. */
export function MessageList({ summary, read, startAt = null, nowMs }: MessageListProps): ReactNode {
  const text = useText();
  const { messageCount: count } = summary;
  const pages = useMemo(() => createMessagePages({ count, read }), [count, read]);
  useEffect(() => () => pages.close(), [pages]);
  if (count === 0) return <EmptyState title={text('ui.no-messages')} />;
  const key = `${summary.conversationId}/${startAt ?? ''}`;
  return <MessageFeed key={key} summary={summary} pages={pages} startAt={startAt} nowMs={nowMs} />;
}

interface MessageFeedProps {
  readonly summary: ConversationSummary;
  readonly pages: MessagePages;
  readonly startAt: number | null;
  readonly nowMs: number;
}

function MessageFeed({ summary, pages, startAt, nowMs }: MessageFeedProps): ReactNode {
  const text = useText();
  const { conversation } = summary;
  const scroller = useRef<HTMLDivElement>(null);
  useSyncExternalStore(pages.subscribe, pages.version, pages.version);
  const rows = useRows({ count: pages.count, scroller, estimatePixels: 68, anchorTo: 'end', paddingPixels: 16 });
  const { totalPixels } = rows;
  // Rows get their true height as they arrive: the newest stays in view until the reader moves.
  const isAtNewest = useRef(startAt === null);
  const letGo = (): void => {
    isAtNewest.current = false;
  };
  const newestTop = useRef(0);
  useLayoutEffect(() => {
    if (!isAtNewest.current || scroller.current === null) return;
    scroller.current.scrollTo(0, totalPixels);
    newestTop.current = scroller.current.scrollTop;
  }, [totalPixels]);

  const { scrollToIndex } = rows;
  const hasStarted = useRef(false);
  useLayoutEffect(() => {
    if (startAt === null || hasStarted.current) return;
    hasStarted.current = true;
    scrollToIndex(startAt, 'center');
  }, [scrollToIndex, startAt]);

  const { items } = rows;
  const first = items[0]?.index;
  const last = items.at(-1)?.index;
  useEffect(() => {
    if (first !== undefined && last !== undefined) pages.want(first - 1, last);
  }, [pages, first, last]);

  return (
    <div
      ref={scroller}
      role="feed"
      aria-label={text('ui.messages-of', { title: conversation.title })}
      aria-busy={items.some(({ index }) => pages.stateAt(index) === 'loading')}
      tabIndex={0}
      onScroll={(event) => {
        if (event.currentTarget.scrollTop < newestTop.current - 200) letGo();
      }}
      onWheel={letGo}
      onTouchMove={letGo}
      onPointerDown={letGo}
      onKeyDown={letGo}
      className="h-full overflow-y-auto overscroll-contain px-4 -outline-offset-2"
    >
      <div className="relative" style={{ height: totalPixels }}>
        {items.map((row) => {
          const message = pages.messageAt(row.index);
          return (
            <article
              key={row.key}
              ref={rows.measure}
              data-index={row.index}
              aria-posinset={row.index + 1}
              aria-setsize={pages.count}
              aria-current={row.index === startAt ? 'true' : undefined}
              className="absolute inset-x-0 top-0 rounded-xl aria-current:bg-accent-soft"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {message === undefined ? (
                <Missing index={row.index} pages={pages} isShownOnce={row.index === last} />
              ) : (
                <MessageRow
                  conversation={conversation}
                  message={message}
                  before={pages.messageAt(row.index - 1)}
                  isFirst={row.index === 0}
                  nowMs={nowMs}
                />
              )}
            </article>
          );
        })}
      </div>
    </div>
  );
}

interface MissingProps {
  readonly index: number;
  readonly pages: MessagePages;
  readonly isShownOnce: boolean;
}

/** A message that is not here yet, or could not be read; the failure of a page is told once, not a hundred times. */
function Missing({ index, pages, isShownOnce }: MissingProps): ReactNode {
  const text = useText();
  if (pages.stateAt(index) === 'failed') {
    if (!isShownOnce) return <div aria-hidden="true" className="h-4" />;
    return (
      <div role="alert" className="flex flex-wrap items-center justify-center gap-3 py-4 text-danger">
        {text('ui.page-failed')}
        <Button onClick={() => pages.retry(index)}>{text('ui.retry')}</Button>
      </div>
    );
  }
  return (
    <div aria-hidden="true" className={`flex py-1.5 ${index % 3 === 0 ? 'justify-end' : 'justify-start'}`}>
      <span className="h-13 w-1/2 animate-pulse rounded-2xl bg-sunken motion-reduce:animate-none" />
    </div>
  );
}
