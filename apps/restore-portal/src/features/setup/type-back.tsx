'use client';

import { DeviceError, type DeviceClient, type DeviceResult } from '@coffer/device-protocol';
import { Alert, Button, digitCount, DigitsField, onlyDigits } from '@coffer/web-ui';
import { Keyboard } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { AgreedForm } from '../agreed-form';
import { Card } from '../card';
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
  const { device, resumedKeyIdHex, onSeeAgain, isAgreed, onActivated } = props;
  const [digits, setDigits] = useState('');
  const activate = useAct(onActivated);
  const isWrong = activate.error instanceof DeviceError && activate.error.code === 'wrong-key';
  const run = async (): Promise<DeviceResult<'activateDigits'>> => {
    if (resumedKeyIdHex !== null) await device.call('resumeSetup', { digits, keyIdHex: resumedKeyIdHex });
    return device.call('activateDigits', { digits });
  };
  return (
    <Card id="typed-title" title={text('setup.typed')} icon={<Keyboard />} lead={text('setup.typed-lead')}>
      <AgreedForm
        consequences={isAgreed ? null : text('setup.consequences')}
        isComplete={onlyDigits(digits).length === digitCount}
        act={activate}
        onSubmit={() => activate.run(run)}
        action={text('setup.activate')}
        running={text('setup.activating')}
        returnTo="setup"
        refusal={
          isWrong ? (
            <Alert tone="warning" title={text('setup.wrong')}>
              {text('setup.wrong-text')}
            </Alert>
          ) : undefined
        }
        beside={
          onSeeAgain !== null && (
            <Button variant="quiet" onClick={onSeeAgain}>
              {text('setup.see-again')}
            </Button>
          )
        }
      >
        <DigitsField
          label={text('setup.typed-label')}
          value={digits}
          onChange={setDigits}
          isDisabled={activate.isBusy}
        />
      </AgreedForm>
    </Card>
  );
}
