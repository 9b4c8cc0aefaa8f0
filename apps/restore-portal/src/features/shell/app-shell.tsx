'use client';

import { Button } from '@coffer/web-ui';
import { Fingerprint, Lock, LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Mark } from './mark';

export interface AppShellProps {
  readonly displayName: string;
  /** Shown while a backup is open. */
  readonly onLock: (() => void) | null;
  /** Likewise: to the screen that adds a passkey. */
  readonly onAddPasskey?: (() => void) | null;
  readonly onSignOut: () => void;
  /** The content takes the rest of the window and scrolls inside itself. */
  readonly isFull?: boolean;
  readonly children: ReactNode;
}

/** What stands around every screen of who is signed in. */
export function AppShell(props: AppShellProps): ReactNode {
  const { displayName, onLock, onAddPasskey = null, onSignOut, isFull = false, children } = props;
  return (
    <div className={`flex flex-col ${isFull ? 'h-dvh' : 'min-h-dvh'}`}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-xl focus:bg-surface focus:px-4 focus:py-2"
      >
        {text('app.skip')}
      </a>
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-2 sm:px-6">
        <Mark />
        <span className="text-lg font-semibold tracking-tight">{text('app.name')}</span>
        <span className="ms-auto flex flex-wrap items-center gap-1 sm:gap-2">
          <bdi
            className="hidden max-w-48 truncate text-sm text-muted sm:inline"
            title={text('app.signed-in-as', { name: displayName })}
          >
            {displayName}
          </bdi>
          {onAddPasskey !== null && (
            <Button variant="quiet" onClick={onAddPasskey}>
              <Fingerprint aria-hidden="true" className="size-4" />
              {/* A narrow window has room for its sign alone. */}
              <span className="sr-only sm:not-sr-only">{text('passkey.open')}</span>
            </Button>
          )}
          {onLock !== null && (
            <Button variant="secondary" onClick={onLock}>
              <Lock aria-hidden="true" className="size-4" />
              {text('app.lock')}
            </Button>
          )}
          <Button variant="quiet" onClick={onSignOut}>
            <LogOut aria-hidden="true" className="size-4 rtl:-scale-x-100" />
            {text('app.sign-out')}
          </Button>
        </span>
      </header>
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
