'use client';

import { Button, Checkbox, ProgressBar } from '@coffer/web-ui';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { DeviceAlert } from './device/device-alert';
import type { Act } from './device/use-act';
import type { Step } from './use-step';

export interface AgreedFormProps {
  /** What the person agrees to; null where that was done before. */
  readonly consequences: string | null;
  /** Whether all that is asked for, besides the agreement, is there. */
  readonly isComplete: boolean;
  readonly act: Act<unknown>;
  readonly onSubmit: () => void;
  readonly action: string;
  /** What is said while it runs. */
  readonly running: string;
  /** The screen to come back to, where a fresh sign-in is asked for. */
  readonly returnTo: Step;
  /** Said in the place of the device's words. */
  readonly refusal?: ReactNode;
  /** Buttons beside the one that acts. */
  readonly beside?: ReactNode;
  /** The fields. */
  readonly children: ReactNode;
}

/** The last form before a key changes: its fields, the consequences to agree to, how it goes, and the button. */
export function AgreedForm(props: AgreedFormProps): ReactNode {
  const { consequences, isComplete, act, onSubmit, action, running, returnTo, refusal, beside, children } = props;
  const [isAgreed, setAgreed] = useState(false);
  const isReady = isComplete && (isAgreed || consequences === null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) onSubmit();
  };
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-5">
      {children}
      {consequences !== null && (
        <Checkbox label={consequences} isChecked={isAgreed} onChange={setAgreed} isDisabled={act.isBusy} />
      )}
      {act.isBusy && <ProgressBar label={running} doneBytes={0} totalBytes={null} />}
      {act.error !== null && (refusal ?? <DeviceAlert error={act.error} returnTo={returnTo} />)}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" isBusy={act.isBusy} disabled={!act.isBusy && !isReady}>
          {action}
        </Button>
        {beside}
      </div>
    </form>
  );
}
