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

export interface ChoosePasswordProps {
  readonly device: DeviceClient;
  readonly keyIdHex: string;
  /** Whether the person has agreed already, to the same. */
  readonly isAgreed: boolean;
  readonly onActivated: (result: DeviceResult<'activatePassword'>) => void;
}

/** A new password, the consequences agreed to, and the key put in force. */
export function ChoosePassword({ device, keyIdHex, isAgreed, onActivated }: ChoosePasswordProps): ReactNode {
  const chosen = useNewPassword(device);
  const activate = useAct<DeviceResult<'activatePassword'>>((result) => {
    chosen.clear();
    onActivated(result);
  });
  return (
    <Card id="password-title" title={text('setup.password')} icon={<KeyRound />}>
      <AgreedForm
        consequences={isAgreed ? null : text('setup.consequences')}
        isComplete={chosen.isReady}
        act={activate}
        onSubmit={() => activate.run(() => device.call('activatePassword', { password: chosen.password }))}
        action={text('setup.activate')}
        running={text('setup.activating')}
        returnTo="setup"
      >
        {/* Password managers keep a secret under a name. */}
        <input type="text" hidden readOnly autoComplete="username" value={formatKeyId(keyIdHex)} />
        {chosen.fields(activate.isBusy)}
      </AgreedForm>
    </Card>
  );
}
