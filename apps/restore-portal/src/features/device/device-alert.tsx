'use client';

import { DeviceError, type DeviceErrorCode } from '@coffer/device-protocol';
import { Alert, Button, ButtonLink, formatDuration, type AlertTone } from '@coffer/web-ui';
import {
  CloudOff,
  FileWarning,
  Fingerprint,
  Hourglass,
  KeyRound,
  LockKeyhole,
  MailCheck,
  MailQuestion,
  MailX,
  ShieldAlert,
  ShieldX,
  UserCheck,
  WifiOff,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { signInAgain } from '../last-resort/fresh-sign-in';
import type { Step } from '../use-step';

/** What a device says of a file from elsewhere: `FileAlert` has words for it. */
type OfFile = 'not-a-backup' | 'key-required' | 'no-chats' | 'too-large' | 'unreadable';
type Shown = Exclude<DeviceErrorCode, 'cancelled' | 'protocol' | OfFile>;

/** Every failure looks different where the person has to do something different. */
const looks: Readonly<Record<Shown, readonly [AlertTone, LucideIcon]>> = {
  'wrong-guess': ['warning', KeyRound],
  'wrong-key': ['warning', KeyRound],
  'malformed-key': ['warning', KeyRound],
  'malformed-password': ['warning', KeyRound],
  'attempt-too-early': ['warning', Hourglass],
  'guesses-vetoed': ['warning', Hourglass],
  'no-attempts-left': ['danger', LockKeyhole],
  'wrong-passkey': ['warning', Fingerprint],
  'no-passkey': ['warning', Fingerprint],
  'last-keyslot': ['warning', Fingerprint],
  'too-many-keyslots': ['warning', Fingerprint],
  'sign-in-too-old': ['info', UserCheck],
  'key-changed': ['warning', KeyRound],
  'key-exists': ['info', KeyRound],
  'too-few-guesses': ['warning', Hourglass],
  'new-start-not-open': ['info', Hourglass],
  'undo-pending': ['info', Hourglass],
  'account-closed': ['danger', ShieldAlert],
  'weak-password': ['warning', KeyRound],
  'too-many-registrations': ['warning', Hourglass],
  'wrong-code': ['warning', MailQuestion],
  'already-exists': ['info', MailCheck],
  'too-many-channels': ['warning', MailX],
  'not-offered': ['info', MailX],
  refused: ['warning', FileWarning],
  'ledger-unsigned': ['danger', ShieldX],
  'ledger-rolled-back': ['danger', ShieldX],
  'ledger-forked': ['danger', ShieldX],
  'ledger-broken': ['danger', ShieldX],
  'ledger-behind': ['info', Hourglass],
  'ledger-memory-damaged': ['warning', FileWarning],
  'signed-out': ['info', LockKeyhole],
  offline: ['info', WifiOff],
  unavailable: ['info', CloudOff],
  throttled: ['info', Hourglass],
  'server-changed': ['danger', ShieldX],
  damaged: ['danger', FileWarning],
  'unsupported-format': ['warning', FileWarning],
  'not-found': ['warning', FileWarning],
  locked: ['info', LockKeyhole],
  failed: ['danger', ShieldAlert],
};

/** Where the same request may succeed later. */
const retried: ReadonlySet<Shown> = new Set(['offline', 'unavailable', 'throttled', 'damaged', 'ledger-behind']);

export interface DeviceAlertProps {
  readonly error: unknown;
  /** Key id of the backup in question, for a key that opens another one. */
  readonly keyId?: string;
  /** Offered where the same request may succeed later. */
  readonly onRetry?: () => void;
  /** The screen to come back to, where a fresh sign-in is asked for. */
  readonly returnTo?: Step;
}

/** What went wrong, what is safe, and what to do. */
export function DeviceAlert({ error, keyId = '', onRetry, returnTo = 'backups' }: DeviceAlertProps): ReactNode {
  const code = shownCode(error);
  if (code === null) return null;
  const [tone, icon] = looks[code];
  const fields = error instanceof DeviceError ? error.fields : {};
  const seconds = typeof fields['retryAfterSeconds'] === 'number' ? fields['retryAfterSeconds'] : 60;
  return (
    <Alert tone={tone} icon={icon} title={text(`error.${code}`)} actions={actionsFor(code, returnTo, onRetry)}>
      <p>{text(`error.${code}-text`, { id: keyId, time: formatDuration(seconds, text) })}</p>
      {code === 'wrong-guess' && typeof fields['attemptsRemaining'] === 'number' && (
        <p className="mt-1 font-semibold">{text('error.wrong-guess-left', { count: fields['attemptsRemaining'] })}</p>
      )}
    </Alert>
  );
}

function shownCode(error: unknown): Shown | null {
  if (!(error instanceof DeviceError)) return 'failed';
  if (error.code === 'cancelled') return null;
  return isShown(error.code) ? error.code : 'failed';
}

const isShown = (code: DeviceErrorCode): code is Shown => code in looks;

function actionsFor(code: Shown, returnTo: Step, onRetry: (() => void) | undefined): ReactNode {
  if (code === 'sign-in-too-old') {
    return (
      <Button variant="primary" onClick={() => signInAgain(returnTo)}>
        {text('error.sign-in')}
      </Button>
    );
  }
  if (code === 'signed-out') {
    return (
      <ButtonLink href="/auth/sign-in" variant="primary">
        {text('error.sign-in')}
      </ButtonLink>
    );
  }
  if (code === 'failed') {
    return <Button onClick={() => window.location.reload()}>{text('error.reload')}</Button>;
  }
  return retried.has(code) && onRetry !== undefined ? (
    <Button onClick={onRetry}>{text('error.retry')}</Button>
  ) : undefined;
}
