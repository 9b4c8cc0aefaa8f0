'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert, Button } from '@coffer/web-ui';
import { BellOff, BellRing } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { hasPush, endChannel, turnOn } from './browser-push';
import { PushError } from './push-error';

export interface PushCardProps {
  readonly device: DeviceClient;
  /** Null where this deployment sends none. */
  readonly pushKey: string | null;
  /** The channel that is this browser; null where messages are off here. */
  readonly own: DeviceResult<'addPush'> | null;
  readonly onChanged: () => void;
}

/** Messages of this browser: on or off. */
export function PushCard({ device, pushKey, own, onChanged }: PushCardProps): ReactNode {
  const change = useAct<unknown>(onChanged);
  return (
    <Card id="push-title" title={text('push.title')} icon={<BellRing />} lead={text('push.lead')}>
      {pushKey === null && <p className="text-muted">{text('push.not-offered')}</p>}
      {pushKey !== null && !hasPush() && <PushAlert code="unsupported" />}
      {change.error !== null &&
        (change.error instanceof PushError ? (
          <PushAlert code={change.error.code} />
        ) : (
          <DeviceAlert error={change.error} />
        ))}
      {pushKey !== null && hasPush() && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {own === null ? (
            <Button variant="primary" isBusy={change.isBusy} onClick={() => change.run(() => turnOn(device, pushKey))}>
              {text('push.on')}
            </Button>
          ) : (
            <>
              <p role="status">{text('push.is-on')}</p>
              <Button isBusy={change.isBusy} onClick={() => change.run(() => endChannel(device, own))}>
                <BellOff aria-hidden="true" className="size-4" />
                {text('push.off')}
              </Button>
            </>
          )}
        </div>
      )}
    </Card>
  );
}

function PushAlert({ code }: { readonly code: PushError['code'] }): ReactNode {
  return (
    <Alert tone={code === 'no-service' ? 'info' : 'warning'} icon={BellOff} title={text(`push.${code}`)}>
      {text(`push.${code}-text`)}
    </Alert>
  );
}
