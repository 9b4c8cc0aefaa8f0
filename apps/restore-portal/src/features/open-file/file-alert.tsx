import { DeviceError } from '@coffer/device-protocol';
import { Alert, Button, type AlertTone } from '@coffer/web-ui';
import { FileQuestion, FileWarning, FileX, HardDrive, KeyRound, ShieldAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';

const looks = {
  'wrong-key': ['warning', KeyRound],
  'malformed-key': ['warning', KeyRound],
  'key-required': ['warning', KeyRound],
  damaged: ['danger', FileX],
  'not-a-backup': ['warning', FileQuestion],
  'no-chats': ['info', FileQuestion],
  'too-large': ['warning', HardDrive],
  unreadable: ['warning', FileWarning],
  'unsupported-format': ['warning', FileWarning],
  failed: ['danger', ShieldAlert],
} as const satisfies Readonly<Record<string, readonly [AlertTone, LucideIcon]>>;
type Shown = keyof typeof looks;

export interface FileAlertProps {
  readonly error: unknown;
  /** Where a file without any mark may be a Signal backup of the older form: opens it as one. */
  readonly onSignal?: () => void;
}

/** Why a file was not opened, what is safe, and what to do next. */
export function FileAlert({ error, onSignal }: FileAlertProps): ReactNode {
  if (error instanceof DeviceError && error.code === 'cancelled') return null;
  const code = error instanceof DeviceError && error.code in looks ? (error.code as Shown) : 'failed';
  const [tone, icon] = looks[code];
  return (
    <Alert tone={tone} icon={icon} title={text(`open.error-${code}`)} actions={actionsFor(code, onSignal)}>
      {text(`open.error-${code}-text`)}
    </Alert>
  );
}

function actionsFor(code: Shown, onSignal: (() => void) | undefined): ReactNode {
  if (code === 'failed') return <Button onClick={() => window.location.reload()}>{text('error.reload')}</Button>;
  return code === 'not-a-backup' && onSignal !== undefined ? (
    <Button onClick={onSignal}>{text('open.older-signal')}</Button>
  ) : undefined;
}
