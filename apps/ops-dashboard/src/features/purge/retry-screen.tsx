import { Alert, ButtonLink } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { SubmitButton } from '../controls/submit-button';
import { Panel } from '../figures/panel';

export interface RetryScreenProps {
  readonly objectId: string;
  readonly csrfToken: string;
  /** How the last try of this form ended, if there was one. */
  readonly outcome: string | undefined;
}

const controlLook = 'w-full rounded-xl border border-edge bg-surface px-3.5 py-2.5 text-base';

/** Lets one failed object go round again: what will happen, a reason, a typed confirmation. */
export function RetryScreen({ objectId, csrfToken, outcome }: RetryScreenProps): ReactNode {
  return (
    <div className="flex max-w-2xl flex-col gap-6">
      <h1 className="text-2xl font-semibold tracking-tight">Try a failed object again</h1>
      {outcome !== undefined && (
        <Alert tone="danger" title="Nothing was changed">
          {outcomeText(outcome)}
        </Alert>
      )}
      <Panel title="What will happen">
        <p>
          One object, <code className="font-mono text-sm break-all">{objectId}</code>, goes back to the beginning of its
          round. The worker reads all four conditions again before it deletes anything. Your reason is written into the
          ledger, where the account sees that staff acted.
        </p>
        <form method="post" action="/acts/retry" className="flex flex-col gap-4">
          <input type="hidden" name="csrf" value={csrfToken} />
          <input type="hidden" name="objectId" value={objectId} />
          <div className="flex flex-col gap-1.5">
            <label htmlFor="reason" className="font-medium">
              Reason
            </label>
            <textarea
              id="reason"
              name="reason"
              required
              minLength={3}
              maxLength={500}
              rows={3}
              className={controlLook}
            />
          </div>
          <div className="flex flex-col gap-1.5">
            <label htmlFor="confirmation" className="font-medium">
              Type <code className="font-mono">retry</code> to confirm
            </label>
            <input
              id="confirmation"
              name="confirmation"
              required
              pattern="retry"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              className={controlLook}
            />
          </div>
          <div className="flex flex-wrap gap-2">
            <SubmitButton variant="primary">Try this object again</SubmitButton>
            <ButtonLink variant="quiet" href="/purge?bucket=failed#objects">
              Back
            </ButtonLink>
          </div>
        </form>
      </Panel>
    </div>
  );
}

function outcomeText(outcome: string): string {
  switch (outcome) {
    case 'reason-missing':
      return 'Give a reason of 3 to 500 characters.';
    case 'not-confirmed':
      return 'Type the word retry to confirm.';
    case 'not-found':
      return 'There is no such object any more.';
    case 'precondition-failed':
      return 'The object is not failed any more: somebody else, or the worker, was faster.';
    case 'forbidden':
      return 'The vault refuses this account. It asks for the staff role.';
    default:
      return 'The vault did not take it. Try again in a moment.';
  }
}
