'use client';

import type { ConversationSummary, DeviceCallOptions, DeviceProgress, DeviceResult } from '@coffer/device-protocol';
import { Button, formatRecent, ProgressBar } from '@coffer/web-ui';
import { Search, X } from 'lucide-react';
import { useId, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
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

/** A search field, and what was found in the place of what stands below it. */
export function ChatSearch({ search, failed, children, ...results }: ChatSearchProps): ReactNode {
  const [query, setQuery] = useState('');
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [found, setFound] = useState<FoundMessages | null>(null);
  const looking = useAct<FoundMessages>(setFound);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (query.trim() === '') return;
    setProgress(null);
    looking.run(() => search(query, { onProgress: setProgress }));
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
        {found !== null && (
          <Button variant="quiet" onClick={end}>
            <X aria-hidden="true" className="size-4" />
            <span className="sr-only">{text('reader.search-end')}</span>
          </Button>
        )}
      </form>
      {looking.isBusy && (
        <ProgressBar
          label={text('reader.searching')}
          doneBytes={progress?.doneBytes ?? 0}
          totalBytes={progress?.totalBytes ?? null}
        />
      )}
      {looking.error !== null && failed(looking.error)}
      <p role="status" className="px-3 text-sm text-muted empty:hidden">
        {found === null || looking.isBusy ? '' : countOf(found)}
      </p>
      <div className="min-h-0 grow">{found === null ? children : <Results found={found} {...results} />}</div>
    </div>
  );
}

const countOf = ({ hits, isComplete }: FoundMessages): string =>
  text(isComplete ? 'reader.found' : 'reader.found-more', { count: hits.length });

interface ResultsProps extends Pick<ChatSearchProps, 'conversations' | 'onOpen' | 'nowMs'> {
  readonly found: FoundMessages;
}

function Results({ found, conversations, onOpen, nowMs }: ResultsProps): ReactNode {
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
