'use client';

import { DeviceError, type DeviceClient, type DeviceResult } from '@coffer/device-protocol';
import { Alert, Button, Checkbox, digitCount, DigitsField, onlyDigits, ProgressBar } from '@coffer/web-ui';
import { Keyboard } from 'lucide-react';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';

export interface TypeBackProps {
  readonly device: DeviceClient;
  /** Of a set-up that was interrupted: what is typed is its key. */
  readonly resumedKeyIdHex: string | null;
  /** Shows the digits again; null where this page has never seen them. */
  readonly onSeeAgain: (() => void) | null;
  /** Whether the person has agreed already, to the same. */
  readonly isAgreed: boolean;
  readonly onActivated: (result: DeviceResult<'activateDigits'>) => void;
}

/** The digits typed back, the consequences agreed to, and the key put in force. */
export function TypeBack(props: TypeBackProps): ReactNode {
  const { device, resumedKeyIdHex, onSeeAgain, onActivated } = props;
  const [digits, setDigits] = useState('');
  const [isAgreed, setAgreed] = useState(props.isAgreed);
  const activate = useAct(onActivated);
  const isReady = isAgreed && onlyDigits(digits).length === digitCount;
  const isWrong = activate.error instanceof DeviceError && activate.error.code === 'wrong-key';
  const run = async (): Promise<DeviceResult<'activateDigits'>> => {
    if (resumedKeyIdHex !== null) await device.call('resumeSetup', { digits, keyIdHex: resumedKeyIdHex });
    return device.call('activateDigits', { digits });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) activate.run(run);
  };
  return (
    <Card id="typed-title" title={text('setup.typed')} icon={<Keyboard />} lead={text('setup.typed-lead')}>
      <form method="post" onSubmit={submit} className="flex flex-col gap-5">
        <DigitsField
          label={text('setup.typed-label')}
          value={digits}
          onChange={setDigits}
          isDisabled={activate.isBusy}
        />
        {!props.isAgreed && (
          <Checkbox
            label={text('setup.consequences')}
            isChecked={isAgreed}
            onChange={setAgreed}
            isDisabled={activate.isBusy}
          />
        )}
        {activate.isBusy && <ProgressBar label={text('setup.activating')} doneBytes={0} totalBytes={null} />}
        {isWrong && (
          <Alert tone="warning" title={text('setup.wrong')}>
            {text('setup.wrong-text')}
          </Alert>
        )}
        {activate.error !== null && !isWrong && <DeviceAlert error={activate.error} returnTo="setup" />}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" isBusy={activate.isBusy} disabled={!activate.isBusy && !isReady}>
            {text('setup.activate')}
          </Button>
          {onSeeAgain !== null && (
            <Button variant="quiet" onClick={onSeeAgain}>
              {text('setup.see-again')}
            </Button>
          )}
        </div>
      </form>
    </Card>
  );
}
