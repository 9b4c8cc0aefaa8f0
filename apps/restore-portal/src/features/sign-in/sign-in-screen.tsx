import { Alert, ButtonLink } from '@coffer/web-ui';
import { EyeOff, FileUp, ShieldCheck, TimerReset } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Mark } from '../shell/mark';

/** Why the last sign-in did not succeed. */
export type SignInFailure = 'failed' | 'unreachable';

/** What a visitor sees: what this is, the way in, and what can be done without one. */
export function SignInScreen({ failure }: { failure: SignInFailure | null }): ReactNode {
  const points = [
    [ShieldCheck, text('sign-in.point-sealed')],
    [TimerReset, text('sign-in.point-limit')],
    [EyeOff, text('sign-in.point-forget')],
  ] as const;
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-xl flex-col justify-center gap-8 px-4 py-12 sm:px-6">
      <p className="flex items-center gap-3">
        <Mark />
        <span className="text-xl font-semibold tracking-tight">{text('app.name')}</span>
      </p>
      <div className="flex flex-col gap-4">
        <h1 className="text-3xl font-semibold tracking-tight text-balance sm:text-4xl">{text('sign-in.title')}</h1>
        <p className="text-lg leading-relaxed text-muted">{text('sign-in.lead')}</p>
      </div>
      {failure !== null && (
        <Alert tone={failure === 'failed' ? 'warning' : 'info'} title={text(`sign-in.${failure}`)}>
          {text(`sign-in.${failure}-text`)}
        </Alert>
      )}
      <div className="flex">
        <ButtonLink href="/auth/sign-in" variant="primary">
          {text('sign-in.action')}
        </ButtonLink>
      </div>
      <div className="flex flex-col items-start gap-3 rounded-2xl border border-line bg-surface p-5">
        <p className="leading-relaxed">{text('open.visitor')}</p>
        <ButtonLink href="/open">
          <FileUp aria-hidden="true" className="size-4" />
          {text('open.link')}
        </ButtonLink>
      </div>
      <ul className="flex flex-col gap-4 border-t border-line pt-8">
        {points.map(([Icon, point]) => (
          <li key={point} className="flex gap-3 leading-relaxed text-muted">
            <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />
            {point}
          </li>
        ))}
      </ul>
    </main>
  );
}
