import { Alert, ButtonLink } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import type { Figures, FiguresProblem } from '../../server/figures';
import { AutoRefresh } from './auto-refresh';
import { formatUtc } from './format';

export interface FiguresScreenProps<Data> {
  readonly title: string;
  readonly figures: Figures<Data>;
  /** The figures' own time, RFC 3339. */
  readonly atOf: (data: Data) => string;
  /** Path and query of this screen: where "Try again" leads. */
  readonly path: string;
  readonly children: (data: Data) => ReactNode;
}

/** A section: its title, how old its figures are, what went wrong where something did, and the figures. */
export function FiguresScreen<Data>({ title, figures, atOf, path, children }: FiguresScreenProps<Data>): ReactNode {
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {figures.kind !== 'failed' && <AutoRefresh at={atOf(figures.data)} />}
      </div>
      {figures.kind === 'stale' && (
        <Alert tone="warning" title="The vault does not answer; these figures are old">
          They were true at {formatUtc(atOf(figures.data))}. {figures.problem.message}
        </Alert>
      )}
      {figures.kind === 'failed' ? <FailedFigures problem={figures.problem} path={path} /> : children(figures.data)}
    </div>
  );
}

function FailedFigures({ problem, path }: { readonly problem: FiguresProblem; readonly path: string }): ReactNode {
  const { title, advice, isSignIn = false } = explain(problem);
  const again = isSignIn ? `/auth/sign-in?again=1&to=${encodeURIComponent(path)}` : path;
  return (
    <Alert
      tone="danger"
      title={title}
      actions={<ButtonLink href={again}>{isSignIn ? 'Sign in again' : 'Try again'}</ButtonLink>}
    >
      <p>{advice}</p>
      <p className="mt-1 text-sm text-muted">
        Code: {problem.code}
        {problem.requestId === undefined ? '' : ` · request ${problem.requestId}`}
      </p>
    </Alert>
  );
}

interface Explanation {
  readonly title: string;
  readonly advice: string;
  /** Another sign-in may help. */
  readonly isSignIn?: true;
}

const ended: Explanation = { title: 'The session has ended', advice: 'The vault no longer takes it.', isSignIn: true };
const silent: Explanation = {
  title: 'The vault does not answer',
  advice: 'Its address may be wrong or the service down. Devices cannot reach it either.',
};

const explanations: Partial<Record<FiguresProblem['code'], Explanation>> = {
  unauthenticated: ended,
  'token-expired': ended,
  unreachable: silent,
  'timed-out': silent,
  forbidden: {
    title: 'The vault refuses this account',
    advice: 'It asks for the staff role in the access token. Ask whoever gives out roles.',
    isSignIn: true,
  },
  'vault-sealed': {
    title: 'The vault is sealed',
    advice: 'Its ledger does not agree with its anchor. It answers nothing until two persons have repaired it.',
  },
  'unexpected-response': {
    title: 'The answer was not understood',
    advice: 'Vault and dashboard may be of different versions, or something in between answered.',
  },
};

function explain({ code, message }: FiguresProblem): Explanation {
  return explanations[code] ?? { title: 'The figures could not be read', advice: message };
}
