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

/** Why a file was not opened, what is safe, and what to do next. */
export function FileAlert({ error }: { readonly error: unknown }): ReactNode {
  if (error instanceof DeviceError && error.code === 'cancelled') return null;
  const code = error instanceof DeviceError && error.code in looks ? (error.code as Shown) : 'failed';
  const [tone, icon] = looks[code];
  const reload = <Button onClick={() => window.location.reload()}>{text('error.reload')}</Button>;
  return (
    <Alert
      tone={tone}
      icon={icon}
      title={text(`open.error-${code}`)}
      {...(code === 'failed' ? { actions: reload } : {})}
    >
      {text(`open.error-${code}-text`)}
    </Alert>
  );
}
