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
  type Choice,
} from '@coffer/web-ui';
import { Fingerprint, Grid3x3, KeyRound, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { useNow } from '../device/use-now';
import { LastProof } from '../drill/last-proof';
import { hasPasskeys } from '../passkey/ask-passkey';
import { PasskeyAlert } from '../passkey/passkey-alert';
import { unlockWithPasskey } from '../passkey/unlock-with-passkey';
import { ScreenHeading } from '../screen-heading';
import { GuessMeter, secondsUntilNext } from './guess-meter';

/** What a device does to open a backup. */
const unlockPhases = ['contacting', 'deriving', 'opening', 'reading'] as const;

type Secret = 'passkey' | 'password' | 'digits';

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
  const hasPassword = backup.keyslots.some(({ kind }) => kind === 'password');
  const isListed = backup.keyslots.some(({ kind }) => kind === 'passkey');
  // A vault may have lost what it knew of passkeys: their copies lie beside the backup.
  const [isUnlisted, setUnlisted] = useState(false);
  const hasPasskey = hasPasskeys() && (isListed || isUnlisted);
  const [secret, setSecret] = useState<Secret>(hasPasskey ? 'passkey' : hasPassword ? 'password' : 'digits');
  const [value, setValue] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const nowMs = useNow(1000);
  const isEarly = secret === 'password' && secondsUntilNext(budget, nowMs) > 0;
  const isSpent = secret === 'password' && budget.attemptsRemaining === 0;
  const phase = unlockPhases.find((each) => each === progress?.phase) ?? 'contacting';
  // Until the device opens the backup, it is the browser that waits for the person.
  const isAsking = secret === 'passkey' && phase === 'contacting';
  const isComplete = isCompleteOf[secret](value);

  const unlock = async (): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError(null);
    const options = { signal: controller.signal, onProgress: setProgress };
    const { repositoryId } = backup;
    try {
      const opened = await {
        passkey: () => unlockWithPasskey(device, repositoryId, options),
        password: () => device.call('unlockWithPassword', { repositoryId, password: value }, options),
        digits: () => device.call('unlockWithDigits', { repositoryId, digits: value }, options),
      }[secret]();
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
      <ScreenHeading id="unlock-title" title={text('unlock.title')} back={{ label: text('unlock.back'), onBack }}>
        <p className="text-muted">
          {text('unlock.of', { date: formatInstant(Date.parse(backup.lastBackupAt ?? backup.createdAt), locale) })}
          {' · '}
          {text('backups.key-id', { id: formatKeyId(backup.keyIdHex) })}
        </p>
        {backup.hasSnapshots && <LastProof at={backup.lastProofAt} />}
      </ScreenHeading>
      <form
        method="post"
        onSubmit={submit}
        className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6"
      >
        {(hasPassword || hasPasskey) && (
          <ChoiceCards
            legend={text('unlock.which')}
            value={secret}
            isDisabled={isBusy}
            onChange={(next) => {
              setSecret(next);
              edit('');
            }}
            choices={choicesOf(hasPasskey, hasPassword)}
          />
        )}
        {secret === 'passkey' && <p className="text-muted">{text('unlock.passkey-hint')}</p>}
        {secret === 'password' && (
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
        )}
        {secret === 'digits' && (
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
            label={text(isAsking ? 'unlock.passkey-asking' : `unlock.${phase}`)}
            doneBytes={progress?.doneBytes ?? 0}
            totalBytes={progress?.totalBytes ?? null}
          />
        )}
        {error !== null && (
          <PasskeyAlert error={error} keyId={formatKeyId(backup.keyIdHex)} onRetry={() => void unlock()} />
        )}
        <div className="flex flex-wrap gap-2">
          <Button
            type="submit"
            variant="primary"
            isBusy={isBusy}
            disabled={!isBusy && (!isComplete || isEarly || isSpent)}
          >
            {text(secret === 'passkey' ? 'unlock.passkey-action' : 'unlock.action')}
          </Button>
          {hasPasskeys() && !hasPasskey && (
            <Button
              variant="quiet"
              disabled={isBusy}
              onClick={() => {
                setUnlisted(true);
                setSecret('passkey');
                edit('');
              }}
            >
              {text('unlock.passkey-unlisted')}
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

/** Whether what was typed can be tried. A passkey needs nothing typed. */
const isCompleteOf: Readonly<Record<Secret, (value: string) => boolean>> = {
  passkey: () => true,
  password: (value) => value !== '',
  digits: (value) => onlyDigits(value).length === digitCount,
};

/** The ways in that this backup has. The 64-digit key is its own way in, recorded at the vault or not. */
function choicesOf(hasPasskey: boolean, hasPassword: boolean): readonly Choice<Secret>[] {
  const card = (value: Secret, Icon: LucideIcon): Choice<Secret> => ({
    value,
    title: text(`unlock.${value}`),
    detail: text(`unlock.${value}-detail`),
    icon: <Icon aria-hidden="true" className="size-4 text-accent" />,
  });
  return [
    ...(hasPasskey ? [card('passkey', Fingerprint)] : []),
    ...(hasPassword ? [card('password', KeyRound)] : []),
    card('digits', Grid3x3),
  ];
}

/** The budget that a failed try reports. */
function budgetOf(error: unknown): GuessBudget | null {
  if (!(error instanceof DeviceError)) return null;
  const { attemptsRemaining, nextAttemptAt } = error.fields;
  if (error.code === 'no-attempts-left') return { attemptsRemaining: 0, nextAttemptAt: null };
  if (typeof attemptsRemaining !== 'number') return null;
  return { attemptsRemaining, nextAttemptAt: typeof nextAttemptAt === 'string' ? nextAttemptAt : null };
}
