'use client';

import { Alert } from '@coffer/web-ui';
import { Fingerprint, type LucideIcon, ShieldAlert, TimerOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { DeviceAlert, type DeviceAlertProps } from '../device/device-alert';
import { PasskeyError, type PasskeyErrorCode } from './passkey-error';

const icons: Readonly<Record<PasskeyErrorCode, LucideIcon>> = {
  cancelled: TimerOff,
  known: Fingerprint,
  'no-prf': ShieldAlert,
  unsupported: ShieldAlert,
};

/** What went wrong with a passkey, in the browser or in the device. */
export function PasskeyAlert(props: DeviceAlertProps): ReactNode {
  const { error } = props;
  if (!(error instanceof PasskeyError)) return <DeviceAlert {...props} />;
  const { code } = error;
  const tone = code === 'cancelled' || code === 'known' ? 'info' : 'warning';
  return (
    <Alert tone={tone} icon={icons[code]} title={text(`passkey.${code}`)}>
      <p>{text(`passkey.${code}-text`)}</p>
    </Alert>
  );
}
