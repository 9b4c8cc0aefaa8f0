'use client';

import { Button, ButtonLink } from '@coffer/web-ui';
import { FileUp, Fingerprint, Lock, LogOut, ShieldCheck, Vault } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Mark } from './mark';
import { PageFrame } from './page-frame';

/** The two halves of the portal, and which one the person is in. */
export interface AppNavigation {
  readonly current: 'backups' | 'safety';
  readonly onBackups: () => void;
  readonly onSafety: () => void;
}

export interface AppShellProps {
  readonly displayName: string;
  /** Missing while there is nothing to go to. */
  readonly navigation?: AppNavigation;
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
  const { displayName, navigation, onLock, onAddPasskey = null, onSignOut, isFull = false, children } = props;
  return (
    <PageFrame
      isFull={isFull}
      bar={
        <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-2 sm:px-6">
          <Mark />
          <span className="text-lg font-semibold tracking-tight">{text('app.name')}</span>
          {navigation !== undefined && <Navigation {...navigation} isBackupOpen={onLock !== null} />}
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
              <span className="sr-only sm:not-sr-only">{text('app.sign-out')}</span>
            </Button>
          </span>
        </header>
      }
    >
      {children}
    </PageFrame>
  );
}

interface NavigationProps extends AppNavigation {
  readonly isBackupOpen: boolean;
}

function Navigation({ current, onBackups, onSafety, isBackupOpen }: NavigationProps): ReactNode {
  const places = [
    ['backups', Vault, onBackups],
    ['safety', ShieldCheck, onSafety],
  ] as const;
  return (
    // In a narrow window a row of its own below the acts, so that all of it keeps its names.
    <nav
      aria-label={text('nav.label')}
      className="order-last -mx-3 flex basis-full flex-wrap gap-1 sm:order-none sm:mx-0 sm:basis-auto"
    >
      {places.map(([place, Icon, onGo]) => (
        <Button key={place} variant="quiet" onClick={onGo} {...(place === current ? { 'aria-current': 'page' } : {})}>
          <Icon aria-hidden="true" className="size-4" />
          <span className={place === current ? 'underline decoration-2 underline-offset-8' : ''}>
            {text(`nav.${place}`)}
          </span>
        </Button>
      ))}
      {/* A page of its own: what is open here would be sealed again if that took its place. */}
      <ButtonLink href="/open" variant="quiet" {...(isBackupOpen ? { target: '_blank', rel: 'noopener' } : {})}>
        <FileUp aria-hidden="true" className="size-4" />
        {text('open.link')}
      </ButtonLink>
    </nav>
  );
}
