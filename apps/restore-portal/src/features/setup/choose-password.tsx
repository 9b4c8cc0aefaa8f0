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

export interface ChoosePasswordProps {
  readonly device: DeviceClient;
  readonly keyIdHex: string;
  /** Whether the person has agreed already, to the same. */
  readonly isAgreed: boolean;
  readonly onActivated: (result: DeviceResult<'activatePassword'>) => void;
}

/** A new password, the consequences agreed to, and the key put in force. */
export function ChoosePassword(props: ChoosePasswordProps): ReactNode {
  const { device, keyIdHex, onActivated } = props;
  const chosen = useNewPassword(device);
  const [isAgreed, setAgreed] = useState(props.isAgreed);
  const activate = useAct<DeviceResult<'activatePassword'>>((result) => {
    chosen.clear();
    onActivated(result);
  });
  const isReady = chosen.isReady && isAgreed;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) activate.run(() => device.call('activatePassword', { password: chosen.password }));
  };
  return (
    <Card id="password-title" title={text('setup.password')} icon={<KeyRound />}>
      <form method="post" onSubmit={submit} className="flex flex-col gap-5">
        {/* Password managers keep a secret under a name. */}
        <input type="text" hidden readOnly autoComplete="username" value={formatKeyId(keyIdHex)} />
        {chosen.fields(activate.isBusy)}
        {!props.isAgreed && (
          <Checkbox
            label={text('setup.consequences')}
            isChecked={isAgreed}
            onChange={setAgreed}
            isDisabled={activate.isBusy}
          />
        )}
        {activate.isBusy && <ProgressBar label={text('setup.activating')} doneBytes={0} totalBytes={null} />}
        {activate.error !== null && <DeviceAlert error={activate.error} returnTo="setup" />}
        <div className="flex">
          <Button type="submit" variant="primary" isBusy={activate.isBusy} disabled={!activate.isBusy && !isReady}>
            {text('setup.activate')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
