'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Button, Checkbox, ProgressBar } from '@coffer/web-ui';
import { KeyRound } from 'lucide-react';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
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
  const [isAgreed, setAgreed] = useState(false);
  const finish = useAct(onFinished);
  const isReady = chosen.isReady && isAgreed;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) finish.run(() => device.call('finishNewStart', { newStartId, password: chosen.password }));
  };
  return (
    <Card id="new-key-title" title={text('start.finish')} icon={<KeyRound />}>
      <form method="post" onSubmit={submit} className="flex flex-col gap-5">
        {chosen.fields(finish.isBusy)}
        <Checkbox
          label={text('start.agree', { id: formatKeyId(keyId) })}
          isChecked={isAgreed}
          onChange={setAgreed}
          isDisabled={finish.isBusy}
        />
        {finish.isBusy && <ProgressBar label={text('start.finishing')} doneBytes={0} totalBytes={null} />}
        {finish.error !== null && <DeviceAlert error={finish.error} returnTo="new-start" />}
        <div className="flex">
          <Button type="submit" variant="primary" isBusy={finish.isBusy} disabled={!finish.isBusy && !isReady}>
            {text('start.finish')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
