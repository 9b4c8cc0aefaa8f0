'use client';

import type { ConversationSummary, DeviceCallOptions, DeviceProgress, DeviceResult } from '@coffer/device-protocol';
import { Button, EmptyState, formatRecent, ProgressBar } from '@coffer/web-ui';
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { useAct } from '../device/use-act';

export type FoundMessages = DeviceResult<'searchFile'>;

export interface ChatSearchProps {
  /** Of what the results are. */
  readonly conversations: readonly ConversationSummary[];
  readonly search: (query: string, options: DeviceCallOptions) => Promise<FoundMessages>;
  /** @param index - of the message in its conversation */
  readonly onOpen: (conversationId: string, index: number) => void;
  readonly failed: (error: unknown) => ReactNode;
  readonly nowMs: number;
  /** What is shown while nothing is looked for. */
  readonly children: ReactNode;
}

/** Most messages that a search shows. */
export const shownHits = 200;

/** A search field, and what was found in the place of what stands below it. */
export function ChatSearch({ search, failed, children, ...results }: ChatSearchProps): ReactNode {
  const [query, setQuery] = useState('');
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [found, setFound] = useState<FoundMessages | null>(null);
  const looking = useAct<FoundMessages>(setFound);
  const field = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const id = useId();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (query.trim() === '') return;
    setProgress(null);
    looking.run(() => {
      const controller = new AbortController();
      running.current = controller;
      return search(query, { signal: controller.signal, onProgress: setProgress });
    });
  };
  const stop = (): void => {
    running.current?.abort();
    field.current?.focus();
  };
  const end = (): void => {
    setQuery('');
    setFound(null);
    field.current?.focus();
  };
  return (
    <div className="flex h-full flex-col gap-2">
      <form role="search" method="post" onSubmit={submit} className="flex gap-2 px-2 pt-1">
        <label htmlFor={id} className="sr-only">
          {text('reader.search')}
        </label>
        <input
          id={id}
          ref={field}
          type="search"
          dir="auto"
          autoComplete="off"
          maxLength={500}
          placeholder={text('reader.search')}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          className="min-w-0 grow rounded-xl border border-edge bg-surface px-3 py-2"
        />
        <Button type="submit" isBusy={looking.isBusy}>
          <Search aria-hidden="true" className="size-4" />
          <span className="sr-only">{text('reader.search-action')}</span>
        </Button>
      </form>
      {looking.isBusy && (
        <div className="flex flex-col items-start gap-1 px-3">
          <div className="w-full">
            <ProgressBar
              label={text('reader.searching')}
              doneBytes={progress?.doneBytes ?? 0}
              totalBytes={progress?.totalBytes ?? null}
            />
          </div>
          <Quiet onClick={stop}>{text('reader.search-stop')}</Quiet>
        </div>
      )}
      {looking.error !== null && failed(looking.error)}
      <div className="flex flex-wrap items-center justify-between gap-x-3 px-3">
        <p role="status" className={`text-sm text-muted ${found?.hits.length === 0 ? 'sr-only' : ''}`}>
          {found === null || looking.isBusy ? '' : countOf(found)}
        </p>
        {found !== null && !looking.isBusy && <Quiet onClick={end}>{text('reader.search-end')}</Quiet>}
      </div>
      <div className="min-h-0 grow">{found === null ? children : <Results found={found} {...results} />}</div>
    </div>
  );
}

/** A button beside what it is about, its words at the edges of that. */
function Quiet({ onClick, children }: { readonly onClick: () => void; readonly children: string }): ReactNode {
  return (
    <span className="-mx-3 grid sm:-mx-4">
      <Button variant="quiet" onClick={onClick}>
        {children}
      </Button>
    </span>
  );
}

const countOf = ({ hits, isComplete }: FoundMessages): string =>
  text(isComplete ? 'reader.found' : 'reader.found-more', { count: hits.length });

interface ResultsProps extends Pick<ChatSearchProps, 'conversations' | 'onOpen' | 'nowMs'> {
  readonly found: FoundMessages;
}

function Results({ found, conversations, onOpen, nowMs }: ResultsProps): ReactNode {
  if (found.hits.length === 0) {
    return <EmptyState title={text('reader.found-none')}>{text('reader.found-none-text')}</EmptyState>;
  }
  const titles = new Map(conversations.map(({ conversationId, conversation }) => [conversationId, conversation.title]));
  return (
    <ul aria-label={text('reader.found-list')} className="h-full overflow-y-auto overscroll-contain">
      {found.hits.map(({ conversationId, index, message, excerpt }) => (
        <li key={`${conversationId}/${index}`}>
          <button
            type="button"
            onClick={() => onOpen(conversationId, index)}
            className="flex w-full flex-col gap-0.5 rounded-xl px-3 py-2.5 text-start -outline-offset-2 hover:bg-sunken"
          >
            <span className="flex w-full items-baseline justify-between gap-3">
              <bdi className="truncate font-medium">{titles.get(conversationId)}</bdi>
              {message.timeMs !== null && (
                <span className="shrink-0 text-sm text-muted tabular-nums">
                  {formatRecent(message.timeMs, nowMs, locale)}
                </span>
              )}
            </span>
            <bdi className="line-clamp-2 text-sm text-muted">
              {excerpt.before}
              <mark className="rounded bg-accent-soft text-text">{excerpt.hit}</mark>
              {excerpt.after}
            </bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
