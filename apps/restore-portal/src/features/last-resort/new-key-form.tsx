'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { AgreedForm } from '../agreed-form';
import { formatKeyId } from '../backups/format-key-id';
import { Card } from '../card';
import { useAct } from '../device/use-act';
import { useNewPassword } from '../use-new-password';

export interface NewKeyFormProps {
  readonly device: DeviceClient;
  /** An open one. */
  readonly newStart: DeviceResult<'beginNewStart'>;
  readonly onFinished: (result: DeviceResult<'finishNewStart'>) => void;
}

/** Finishes a new start: a new password, typed twice, for a new key that the device makes. */
export function NewKeyForm({ device, newStart, onFinished }: NewKeyFormProps): ReactNode {
  const { newStartId, keyId } = newStart;
  const chosen = useNewPassword(device);
  const finish = useAct(onFinished);
  return (
    <Card id="new-key-title" title={text('start.finish')} icon={<KeyRound />}>
      <AgreedForm
        consequences={text('start.agree', { id: formatKeyId(keyId) })}
        isComplete={chosen.isReady}
        act={finish}
        onSubmit={() => finish.run(() => device.call('finishNewStart', { newStartId, password: chosen.password }))}
        action={text('start.finish')}
        running={text('start.finishing')}
        returnTo="new-start"
      >
        {chosen.fields(finish.isBusy)}
      </AgreedForm>
    </Card>
  );
}
