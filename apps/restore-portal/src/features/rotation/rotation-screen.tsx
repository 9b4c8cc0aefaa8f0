'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert, Skeleton } from '@coffer/web-ui';
import { useCallback, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';
import { RotationForm } from './rotation-form';

export interface RotationScreenProps {
  readonly device: DeviceClient;
  readonly onBack: () => void;
  /** The key of the open backup is another one now. */
  readonly onRotated: (keyIdHex: string) => void;
}

/** Replaces the backup key of the account, from the tab in which a backup is open. */
export function RotationScreen({ device, onBack, onRotated }: RotationScreenProps): ReactNode {
  const begun = useCall(
    useCallback((options: DeviceCallOptions) => device.call('beginRotation', {}, options), [device]),
  );
  const [rotated, setRotated] = useState<DeviceResult<'rotateKey'> | null>(null);
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="rotation-title" title={text('rotation.title')} back={{ label: text('safety.back'), onBack }}>
        <p className="text-muted">{text('rotation.lead')}</p>
      </ScreenHeading>
      {rotated !== null && <Rotated result={rotated} />}
      {rotated === null && begun.state === 'running' && <Skeleton label={text('rotation.loading')} rows={2} />}
      {rotated === null && begun.state === 'failed' && <DeviceAlert error={begun.error} onRetry={begun.again} />}
      {rotated === null && begun.state === 'done' && (
        <RotationForm
          device={device}
          begun={begun.result}
          onRotated={(result) => {
            setRotated(result);
            onRotated(result.keyIdHex);
          }}
        />
      )}
    </div>
  );
}

function Rotated({ result }: { readonly result: DeviceResult<'rotateKey'> }): ReactNode {
  const { keyIdHex, takenPasskeys, missingCopies, missingPacks } = result;
  return (
    <Alert tone="success" title={text('rotation.done')}>
      <p>{text('rotation.done-text', { id: formatKeyId(keyIdHex), passkeys: takenPasskeys })}</p>
      {missingCopies > 0 && <p className="mt-1">{text('rotation.no-copy')}</p>}
      {missingPacks > 0 && <p className="mt-1">{text('rotation.missing', { count: missingPacks })}</p>}
    </Alert>
  );
}
