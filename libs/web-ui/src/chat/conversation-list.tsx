'use client';

import type { ConversationSummary } from '@coffer/device-protocol';
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatRecent } from '../format/dates';
import { useText } from '../text/text-provider';
import { Avatar } from './avatar';
import { useRows } from './use-rows';

export interface ConversationListProps {
  readonly conversations: readonly ConversationSummary[];
  readonly selectedId: string | null;
  readonly onSelect: (conversationId: string) => void;
  /** The reader's present, for the times. */
  readonly nowMs: number;
}

/** Chats in the order given, as many as there are: only those in view are in the page. Arrow keys move, Enter opens. */
export function ConversationList(props: ConversationListProps): ReactNode {
  const { conversations, selectedId, onSelect, nowMs } = props;
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const hasManySources = conversations.some(({ source }) => source !== conversations[0]?.source);
  const [active, setActive] = useState(0);
  const rows = useRows({
    count: conversations.length,
    scroller,
    estimatePixels: 68,
    keyOf: (index) => conversations[index]!.conversationId,
  });

  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(conversations.length - 1, active + step));
    setActive(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus());
  };

  return (
    <div ref={scroller} className="h-full overflow-y-auto overscroll-contain" onKeyDown={move} role="presentation">
      <ul aria-label={text('ui.conversations')} className="relative" style={{ height: rows.totalPixels }}>
        {rows.items.map((row) => {
          const summary = conversations[row.index]!;
          return (
            <li
              key={row.key}
              ref={rows.measure}
              data-index={row.index}
              aria-setsize={conversations.length}
              aria-posinset={row.index + 1}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <ConversationRow
                summary={summary}
                isSelected={summary.conversationId === selectedId}
                isInTabOrder={row.index === active}
                showsSource={hasManySources}
                nowMs={nowMs}
                onSelect={() => {
                  setActive(row.index);
                  onSelect(summary.conversationId);
                }}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface ConversationRowProps {
  readonly summary: ConversationSummary;
  readonly isSelected: boolean;
  readonly isInTabOrder: boolean;
  readonly showsSource: boolean;
  readonly nowMs: number;
  readonly onSelect: () => void;
}

function ConversationRow(props: ConversationRowProps): ReactNode {
  const { summary, isSelected, isInTabOrder, showsSource, nowMs, onSelect } = props;
  const text = useText();
  const { conversation, source, messageCount, lastMessageMs } = summary;
  const isGroup = conversation.kind !== 'direct' && conversation.kind !== 'unknown';
  return (
    <button
      type="button"
      tabIndex={isInTabOrder ? 0 : -1}
      aria-current={isSelected ? 'true' : undefined}
      onClick={onSelect}
      className="flex w-full items-center gap-3 rounded-xl px-3 py-3 text-start -outline-offset-2 hover:bg-sunken aria-current:bg-accent-soft"
    >
      <Avatar id={conversation.id} title={conversation.title} isGroup={isGroup} />
      <span className="flex min-w-0 grow flex-col gap-0.5">
        <span className="flex items-baseline justify-between gap-3">
          <bdi className="truncate font-medium">{conversation.title}</bdi>
          {lastMessageMs !== null && (
            <span className="shrink-0 text-sm text-muted tabular-nums">
              {formatRecent(lastMessageMs, nowMs, text.locale)}
            </span>
          )}
        </span>
        <span className="flex gap-2 text-sm text-muted">
          <span className="truncate">{text('ui.message-count', { count: messageCount })}</span>
          {showsSource && <bdi className="truncate">{source}</bdi>}
          {conversation.isArchived === true && <span className="shrink-0">{text('ui.archived')}</span>}
        </span>
      </span>
    </button>
  );
}
