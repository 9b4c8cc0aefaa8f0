import type { ReactNode } from 'react';
import { SubmitButton } from '../controls/submit-button';
import { Mark } from './mark';
import { SectionLinks } from './section-links';
import type { Theme } from './theme';
import { ThemeChoice } from './theme-choice';

export interface StaffShellProps {
  readonly displayName: string;
  readonly csrfToken: string;
  readonly theme: Theme;
  /** Settings of this deployment that are weaker than the documented ones. */
  readonly deviations: readonly string[];
  readonly children: ReactNode;
}

/** What stands around every screen of the dashboard. */
export function StaffShell({ displayName, csrfToken, theme, deviations, children }: StaffShellProps): ReactNode {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded-xl focus:bg-surface focus:px-4 focus:py-2"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 sm:px-6">
          <Mark />
          <span className="text-lg font-semibold tracking-tight">Coffer operations</span>
          <span className="ms-auto flex flex-wrap items-center gap-2">
            <bdi className="hidden max-w-48 truncate text-sm text-muted sm:inline">{displayName}</bdi>
            <form method="post" action="/auth/sign-out">
              <input type="hidden" name="csrf" value={csrfToken} />
              <SubmitButton variant="quiet">Sign out</SubmitButton>
            </form>
          </span>
        </div>
        <div className="mx-auto max-w-7xl px-2 pb-2 sm:px-4">
          <SectionLinks />
        </div>
      </header>
      {deviations.length > 0 && <Deviations deviations={deviations} />}
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-7xl grow px-4 py-6 outline-none sm:px-6 sm:py-8">
        {children}
      </main>
      <footer className="border-t border-line">
        <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-4 px-4 py-4 text-sm text-muted sm:px-6">
          <p>Accounts are pseudonyms. No content of any backup reaches this dashboard.</p>
          <ThemeChoice theme={theme} />
        </div>
      </footer>
    </div>
  );
}

function Deviations({ deviations }: { readonly deviations: readonly string[] }): ReactNode {
  return (
    <aside aria-label="Settings weaker than documented" className="border-b border-line bg-warning-soft">
      <details className="mx-auto max-w-7xl px-4 py-2 text-sm sm:px-6">
        <summary className="font-medium">
          {deviations.length === 1
            ? 'One setting of this deployment is weaker than the documented one.'
            : `${deviations.length} settings of this deployment are weaker than the documented ones.`}
        </summary>
        <ul className="mt-2 list-disc ps-6">
          {deviations.map((deviation) => (
            <li key={deviation}>{deviation}</li>
          ))}
        </ul>
      </details>
    </aside>
  );
}
