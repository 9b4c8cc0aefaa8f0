'use client';

import {
  DeviceError,
  type BackupSummary,
  type DeviceClient,
  type DeviceProgress,
  type GuessBudget,
} from '@coffer/device-protocol';
import {
  Button,
  ChoiceCards,
  digitCount,
  DigitsField,
  formatInstant,
  onlyDigits,
  PasswordField,
  ProgressBar,
} from '@coffer/web-ui';
import { ArrowLeft, Grid3x3, KeyRound } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { DeviceAlert } from '../device/device-alert';
import { useNow } from '../device/use-now';
import { useArrivalFocus } from '../use-step';
import { GuessMeter, secondsUntilNext } from './guess-meter';

type Secret = 'password' | 'digits';

export interface UnlockScreenProps {
  readonly device: DeviceClient;
  readonly backup: BackupSummary;
  /** As the list of backups gave it; renewed with every try. */
  readonly budget: GuessBudget;
  readonly onBudget: (budget: GuessBudget) => void;
  readonly onOpened: () => void;
  readonly onBack: () => void;
}

/** Which secret opens it, and trying it. */
export function UnlockScreen(props: UnlockScreenProps): ReactNode {
  const { device, backup, budget, onBudget, onOpened, onBack } = props;
  const heading = useArrivalFocus();
  const hasPassword = backup.keyslots.some(({ kind }) => kind === 'password');
  const [secret, setSecret] = useState<Secret>(hasPassword ? 'password' : 'digits');
  const [value, setValue] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const nowMs = useNow(1000);
  const isEarly = secret === 'password' && secondsUntilNext(budget, nowMs) > 0;
  const isSpent = secret === 'password' && budget.attemptsRemaining === 0;
  const isComplete = secret === 'password' ? value !== '' : onlyDigits(value).length === digitCount;

  const unlock = async (): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError(null);
    const options = { signal: controller.signal, onProgress: setProgress };
    const { repositoryId } = backup;
    try {
      const opened =
        secret === 'password'
          ? await device.call('unlockWithPassword', { repositoryId, password: value }, options)
          : await device.call('unlockWithDigits', { repositoryId, digits: value }, options);
      setValue('');
      if (opened.budget !== null) onBudget(opened.budget);
      onOpened();
    } catch (failure) {
      if (controller.signal.aborted) return;
      setError(failure);
      const left = budgetOf(failure);
      if (left !== null) onBudget(left);
    } finally {
      if (!controller.signal.aborted) {
        setBusy(false);
        setProgress(null);
      }
    }
  };

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!isBusy && isComplete && !isEarly && !isSpent) void unlock();
  };
  const edit = (next: string): void => {
    setValue(next);
    setError(null);
  };

  return (
    <section aria-labelledby="unlock-title" className="flex flex-col gap-4">
      <div className="-ms-4 -mt-2 -mb-1">
        <Button variant="quiet" onClick={onBack}>
          <ArrowLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" />
          {text('unlock.back')}
        </Button>
      </div>
      <div className="flex flex-col gap-1.5">
        <h1
          id="unlock-title"
          ref={heading}
          tabIndex={-1}
          className="outline-none text-2xl font-semibold tracking-tight sm:text-3xl"
        >
          {text('unlock.title')}
        </h1>
        <p className="text-muted">
          {text('unlock.of', { date: formatInstant(Date.parse(backup.lastBackupAt ?? backup.createdAt), locale) })}
          {' · '}
          {text('backups.key-id', { id: formatKeyId(backup.keyIdHex) })}
        </p>
      </div>
      <form
        method="post"
        onSubmit={submit}
        className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6"
      >
        {hasPassword && (
          <ChoiceCards
            legend={text('unlock.which')}
            value={secret}
            isDisabled={isBusy}
            onChange={(next) => {
              setSecret(next);
              edit('');
            }}
            choices={[
              {
                value: 'password',
                title: text('unlock.password'),
                detail: text('unlock.password-detail'),
                icon: <KeyRound aria-hidden="true" className="size-4 text-accent" />,
              },
              {
                value: 'digits',
                title: text('unlock.digits'),
                detail: text('unlock.digits-detail'),
                icon: <Grid3x3 aria-hidden="true" className="size-4 text-accent" />,
              },
            ]}
          />
        )}
        {secret === 'password' ? (
          <>
            <GuessMeter budget={budget} />
            {/* Password managers keep a secret under a name. */}
            <input type="text" hidden readOnly autoComplete="username" value={formatKeyId(backup.keyIdHex)} />
            <PasswordField
              label={text('unlock.password-label')}
              hint={text('unlock.password-hint')}
              value={value}
              onChange={edit}
              isDisabled={isBusy || isSpent}
            />
          </>
        ) : (
          <DigitsField
            label={text('unlock.digits-label')}
            hint={text('unlock.digits-hint')}
            value={value}
            onChange={edit}
            isDisabled={isBusy}
          />
        )}
        {isBusy && (
          <ProgressBar
            label={text(`unlock.${progress?.phase ?? 'contacting'}`)}
            doneBytes={progress?.doneBytes ?? 0}
            totalBytes={progress?.totalBytes ?? null}
          />
        )}
        {error !== null && (
          <DeviceAlert error={error} keyId={formatKeyId(backup.keyIdHex)} onRetry={() => void unlock()} />
        )}
        <div className="flex">
          <Button
            type="submit"
            variant="primary"
            isBusy={isBusy}
            disabled={!isBusy && (!isComplete || isEarly || isSpent)}
          >
            {text('unlock.action')}
          </Button>
        </div>
      </form>
    </section>
  );
}

/** The budget that a failed try reports. */
function budgetOf(error: unknown): GuessBudget | null {
  if (!(error instanceof DeviceError)) return null;
  const { attemptsRemaining, nextAttemptAt } = error.fields;
  if (error.code === 'no-attempts-left') return { attemptsRemaining: 0, nextAttemptAt: null };
  if (typeof attemptsRemaining !== 'number') return null;
  return { attemptsRemaining, nextAttemptAt: typeof nextAttemptAt === 'string' ? nextAttemptAt : null };
}
