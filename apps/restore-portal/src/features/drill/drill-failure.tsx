import { DeviceError } from '@coffer/device-protocol';
import { Alert } from '@coffer/web-ui';
import { WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { DeviceAlert } from '../device/device-alert';

/** Why a fire drill did not come to its end. */
export function DrillFailure({ error }: { readonly error: unknown }): ReactNode {
  if (error instanceof DeviceError && error.code === 'offline') {
    return (
      <Alert tone="warning" icon={WifiOff} title={text('drill.offline')}>
        {text('drill.offline-text')}
      </Alert>
    );
  }
  return <DeviceAlert error={error} />;
}
