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
  ShieldAlert,
  ShieldX,
  WifiOff,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';

type Shown = Exclude<DeviceErrorCode, 'cancelled' | 'protocol'>;

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

export interface DeviceAlertProps {
  readonly error: unknown;
  /** Key id of the backup in question, for a key that opens another one. */
  readonly keyId?: string;
  /** Offered where the same request may succeed later. */
  readonly onRetry?: () => void;
}

/** What went wrong, what is safe, and what to do. */
export function DeviceAlert({ error, keyId = '', onRetry }: DeviceAlertProps): ReactNode {
  const code = shownCode(error);
  if (code === null) return null;
  const [tone, icon] = looks[code];
  const fields = error instanceof DeviceError ? error.fields : {};
  const seconds = typeof fields['retryAfterSeconds'] === 'number' ? fields['retryAfterSeconds'] : 60;
  return (
    <Alert tone={tone} icon={icon} title={text(`error.${code}`)} actions={actionsFor(code, onRetry)}>
      <p>{text(`error.${code}-text`, { id: keyId, time: formatDuration(seconds, text) })}</p>
      {code === 'wrong-guess' && typeof fields['attemptsRemaining'] === 'number' && (
        <p className="mt-1 font-semibold">{text('error.wrong-guess-left', { count: fields['attemptsRemaining'] })}</p>
      )}
    </Alert>
  );
}

function shownCode(error: unknown): Shown | null {
  if (!(error instanceof DeviceError) || error.code === 'protocol') return 'failed';
  return error.code === 'cancelled' ? null : error.code;
}

function actionsFor(code: Shown, onRetry: (() => void) | undefined): ReactNode {
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
  const canRetry = code === 'offline' || code === 'unavailable' || code === 'throttled' || code === 'damaged';
  return canRetry && onRetry !== undefined ? <Button onClick={onRetry}>{text('error.retry')}</Button> : undefined;
}
