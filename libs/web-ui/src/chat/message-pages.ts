import type { Message } from '@coffer/chat-model';

/** Reads messages `from` (inclusive) to `to` (exclusive), counted from the oldest. */
export type ReadMessages = (from: number, to: number, signal: AbortSignal) => Promise<readonly Message[]>;

/** What is known of one message: itself, or how far its page is. */
export type PageState = 'absent' | 'loading' | 'ready' | 'failed';

/** The messages of one conversation, read page by page as they come into view. */
export interface MessagePages {
  readonly count: number;
  readonly messageAt: (index: number) => Message | undefined;
  readonly stateAt: (index: number) => PageState;
  /** Starts reading what is missing of `from` to `to` (both inclusive); the end first, as the newest matter most. */
  readonly want: (from: number, to: number) => void;
  /** Reads the page of `index` again after a failure. */
  readonly retry: (index: number) => void;
  /** Rises with every change, for React's external store. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes back what is under way. */
  readonly close: () => void;
}

interface Page {
  state: PageState;
  messages: readonly Message[];
}

export interface MessagePagesOptions {
  readonly count: number;
  readonly read: ReadMessages;
  readonly pageSize?: number;
  /** Pages kept in memory; those wanted longest ago go first. */
  readonly keepPages?: number;
}

export function createMessagePages(options: MessagePagesOptions): MessagePages {
  const { count, read, pageSize = 100, keepPages = 60 } = options;
  const pages = new Map<number, Page>();
  const listeners = new Set<() => void>();
  const controller = new AbortController();
  let version = 0;

  const changed = (): void => {
    version++;
    for (const listener of [...listeners]) listener();
  };

  const load = (number: number): void => {
    const page: Page = { state: 'loading', messages: [] };
    pages.set(number, page);
    const from = number * pageSize;
    read(from, Math.min(count, from + pageSize), controller.signal).then(
      (messages) => {
        page.state = messages.length === Math.min(count, from + pageSize) - from ? 'ready' : 'failed';
        page.messages = messages;
        changed();
      },
      () => {
        if (controller.signal.aborted) return;
        page.state = 'failed';
        changed();
      },
    );
  };

  const forgetOld = (): void => {
    for (const [number, { state }] of pages) {
      if (pages.size <= keepPages) return;
      if (state === 'ready') pages.delete(number);
    }
  };

  return {
    count,
    messageAt: (index) => pages.get(Math.floor(index / pageSize))?.messages[index % pageSize],
    stateAt: (index) => pages.get(Math.floor(index / pageSize))?.state ?? 'absent',
    want(from, to) {
      const last = Math.floor(Math.min(count - 1, to) / pageSize);
      let hasStarted = false;
      for (let number = last; number >= Math.floor(Math.max(0, from) / pageSize); number--) {
        const known = pages.get(number);
        if (known === undefined) {
          load(number);
          hasStarted = true;
        } else {
          // A map remembers the order of insertion: what is wanted now moves to its young end.
          pages.delete(number);
          pages.set(number, known);
        }
      }
      forgetOld();
      if (hasStarted) changed();
    },
    retry(index) {
      load(Math.floor(index / pageSize));
      changed();
    },
    version: () => version,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => controller.abort(),
  };
}
