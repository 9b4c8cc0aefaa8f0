import type { ReactNode } from 'react';
import { text } from '../../messages/text';

export interface PageFrameProps {
  /** What stands in the bar at the top. */
  readonly bar: ReactNode;
  /** Whether the content fills the window and scrolls within itself; else the page scrolls. */
  readonly isFull: boolean;
  readonly children: ReactNode;
}

/** The bar and the content of a page, and a way past the bar for the keyboard. */
export function PageFrame({ bar, isFull, children }: PageFrameProps): ReactNode {
  return (
    <div className={`flex flex-col ${isFull ? 'h-dvh' : 'min-h-dvh'}`}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-xl focus:bg-surface focus:px-4 focus:py-2"
      >
        {text('app.skip')}
      </a>
      {bar}
      <main
        id="content"
        tabIndex={-1}
        className={`outline-none ${isFull ? 'min-h-0 grow' : 'mx-auto w-full max-w-3xl grow px-4 py-6 sm:px-6 sm:py-8'}`}
      >
        {children}
      </main>
    </div>
  );
}
