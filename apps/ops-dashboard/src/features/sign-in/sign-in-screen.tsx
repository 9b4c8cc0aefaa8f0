import { Alert, ButtonLink } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { Mark } from '../shell/mark';

/** How the last sign-in ended. */
export type SignInOutcome = 'failed' | 'unreachable' | 'not-staff';

export interface SignInScreenProps {
  /** Path to go to afterwards. */
  readonly returnTo: string;
  readonly outcome: SignInOutcome | null;
}

/** The way in for staff. */
export function SignInScreen({ returnTo, outcome }: SignInScreenProps): ReactNode {
  const to = `/auth/sign-in?to=${encodeURIComponent(returnTo)}`;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 px-6 py-12">
      <Mark />
      <div className="flex flex-col gap-2">
        <h1 className="text-2xl font-semibold tracking-tight">Coffer operations</h1>
        <p className="leading-relaxed text-muted">
          Vault health, purge, jobs, storage and ledger of this deployment. For staff; what you see is counted, never
          read.
        </p>
      </div>
      {outcome !== null && <Outcome outcome={outcome} />}
      <div className="flex flex-wrap gap-2">
        <ButtonLink variant="primary" href={to}>
          Sign in as staff
        </ButtonLink>
        {outcome === 'not-staff' && <ButtonLink href={`${to}&again=1`}>Sign in as somebody else</ButtonLink>}
      </div>
    </main>
  );
}

function Outcome({ outcome }: { readonly outcome: SignInOutcome }): ReactNode {
  switch (outcome) {
    case 'not-staff':
      return (
        <Alert tone="warning" title="This account is not staff">
          Your operator’s identity provider did not give it the staff role. Nothing was opened.
        </Alert>
      );
    case 'unreachable':
      return (
        <Alert tone="danger" title="The sign-in service does not answer">
          Try again in a moment. The vault itself is not touched by this.
        </Alert>
      );
    case 'failed':
      return (
        <Alert tone="danger" title="The sign-in did not succeed">
          It may have taken too long, or was begun in another browser. Try again.
        </Alert>
      );
  }
}
