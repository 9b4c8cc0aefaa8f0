'use client';

import type { BegunSetup, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert, Button, ChoiceCards, type Choice } from '@coffer/web-ui';
import { Grid3x3, KeyRound, Vault } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { signInAgain } from '../last-resort/fresh-sign-in';
import { ScreenHeading } from '../screen-heading';
import { isFirstScreen } from '../use-step';
import { ChoosePassword } from './choose-password';
import { forgetSetup, interruptedSetup, rememberSetup } from './interrupted-setup';
import { KitButton } from './kit-button';
import { RecordDigits } from './record-digits';
import { TypeBack } from './type-back';

type Way = 'password' | 'digits';
type Stage = 'what' | 'choose' | 'record' | 'typed' | 'resume' | 'password' | 'done';

/** Steps as people count them. */
const numbers: Readonly<Record<Stage, number>> = {
  ...{ what: 1, choose: 2, record: 3, typed: 3, resume: 3, password: 3, done: 4 },
};

export interface SetupScreenProps {
  readonly device: DeviceClient;
  readonly onBackups: () => void;
}

/** The set-up of the account's first backup key, in steps that can be left: nothing is changed before the last one. */
export function SetupScreen({ device, onBackups }: SetupScreenProps): ReactNode {
  // A first key needs a fresh sign-in, and who has just come back from one goes on.
  const [stage, setStage] = useState<Stage>(() => (isFirstScreen() ? 'choose' : 'what'));
  const [way, setWay] = useState<Way>('password');
  const [begun, setBegun] = useState<BegunSetup | null>(null);
  const [done, setDone] = useState<DeviceResult<'activateDigits'> | null>(null);
  const [ways, setWays] = useState<readonly Way[]>([]);
  useEffect(
    () => () => {
      device.call('endSetup', {}).catch(() => undefined);
    },
    [device],
  );
  const show = (next: Way): void => {
    if (next === 'digits' && begun !== null && done === null) rememberSetup(begun.keyIdHex);
    setStage(next === 'digits' ? 'record' : 'password');
  };
  const begin = useAct<BegunSetup>((result) => {
    setBegun(result);
    if (way === 'digits') rememberSetup(result.keyIdHex);
    setStage(way === 'digits' ? 'record' : 'password');
  });
  const activated = (by: Way) => (result: DeviceResult<'activateDigits'>) => {
    forgetSetup();
    setDone((before) => ({
      ...result,
      isRepositoryMade: result.isRepositoryMade || before?.isRepositoryMade === true,
    }));
    setWays((before) => [...before, by]);
    setStage('done');
  };
  const isAgreed = ways.length > 0;
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading
        id="setup-title"
        title={text('setup.title')}
        back={{ label: text('unlock.back'), onBack: onBackups }}
      >
        <p className="text-muted">{text('setup.lead')}</p>
        <p className="text-sm text-muted">{text('setup.step', { number: numbers[stage] })}</p>
      </ScreenHeading>
      {stage === 'what' && <Explanation onBegin={() => signInAgain('setup')} />}
      {stage === 'choose' && (
        <ChooseWay
          way={way}
          onWay={setWay}
          isBusy={begin.isBusy}
          error={begin.error}
          onNext={() => (begun === null ? begin.run(() => device.call('beginSetup', {})) : show(way))}
          onResume={() => setStage('resume')}
        />
      )}
      {stage === 'record' && begun !== null && (
        <RecordDigits device={device} begun={begun} onRecorded={() => setStage('typed')} />
      )}
      {(stage === 'typed' || stage === 'resume') && (
        <TypeBack
          device={device}
          resumedKeyIdHex={stage === 'resume' ? interruptedSetup() : null}
          onSeeAgain={begun === null ? null : () => setStage('record')}
          isAgreed={isAgreed}
          onActivated={activated('digits')}
        />
      )}
      {stage === 'password' && (
        <ChoosePassword
          device={device}
          keyIdHex={begun?.keyIdHex ?? done?.keyIdHex ?? ''}
          isAgreed={isAgreed}
          onActivated={activated('password')}
        />
      )}
      {stage === 'done' && done !== null && (
        <Done {...{ device, done, onBackups }}>
          {!ways.includes('password') && <SecondWay way="password" onShow={show} />}
          {!ways.includes('digits') && <SecondWay way="digits" onShow={show} />}
        </Done>
      )}
    </div>
  );
}

function Explanation({ onBegin }: { readonly onBegin: () => void }): ReactNode {
  return (
    <Card id="what-title" title={text('setup.what')} icon={<Vault />}>
      <ol className="flex list-decimal flex-col gap-2 ps-5 leading-relaxed marker:text-accent">
        <li>{text('setup.what-one')}</li>
        <li>{text('setup.what-two')}</li>
        <li>{text('setup.what-three')}</li>
      </ol>
      <div className="flex flex-col items-start gap-2">
        <Button variant="primary" onClick={onBegin}>
          {text('setup.begin')}
        </Button>
        <p className="text-sm text-muted">{text('setup.begin-hint')}</p>
      </div>
    </Card>
  );
}

interface ChooseWayProps {
  readonly way: Way;
  readonly onWay: (way: Way) => void;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onNext: () => void;
  readonly onResume: () => void;
}

function ChooseWay({ way, onWay, isBusy, error, onNext, onResume }: ChooseWayProps): ReactNode {
  const [kept, setKept] = useState(interruptedSetup);
  if (kept !== null) {
    const anew = (): void => {
      forgetSetup();
      setKept(null);
    };
    return (
      <Alert
        tone="info"
        title={text('setup.interrupted')}
        actions={
          <>
            <Button variant="primary" onClick={onResume}>
              {text('setup.interrupted-resume')}
            </Button>
            <Button onClick={anew}>{text('setup.interrupted-anew')}</Button>
          </>
        }
      >
        {text('setup.interrupted-text', { id: formatKeyId(kept) })}
      </Alert>
    );
  }
  return (
    <Card id="choose-title" title={text('setup.choose')} icon={<KeyRound />}>
      <ChoiceCards legend={text('setup.way')} choices={choices()} value={way} onChange={onWay} isDisabled={isBusy} />
      {error !== null && <DeviceAlert error={error} returnTo="setup" />}
      <div className="flex">
        <Button variant="primary" isBusy={isBusy} onClick={onNext}>
          {text(isBusy ? 'setup.making' : 'setup.next')}
        </Button>
      </div>
    </Card>
  );
}

function choices(): readonly Choice<Way>[] {
  const choice = (value: Way, icon: ReactNode): Choice<Way> => ({
    ...{ value, icon, title: text(`setup.way-${value}`), detail: text(`setup.way-${value}-detail`) },
  });
  return [choice('password', <KeyRound />), choice('digits', <Grid3x3 />)];
}

interface DoneProps {
  readonly device: DeviceClient;
  readonly done: DeviceResult<'activateDigits'>;
  readonly onBackups: () => void;
  /** What can be added. */
  readonly children: ReactNode;
}

function Done({ device, done, onBackups, children }: DoneProps): ReactNode {
  return (
    <>
      <Alert tone="success" title={text('setup.done')}>
        <p>{text('setup.done-text', { id: formatKeyId(done.keyIdHex) })}</p>
        {!done.isRepositoryMade && <p className="mt-1">{text('setup.done-no-place')}</p>}
      </Alert>
      <KitButton device={device} keyIdHex={done.keyIdHex} />
      {children}
      <div className="flex">
        <Button variant="primary" onClick={onBackups}>
          {text('setup.finish')}
        </Button>
      </div>
    </>
  );
}

function SecondWay({ way, onShow }: { readonly way: Way; readonly onShow: (way: Way) => void }): ReactNode {
  return (
    <div className="flex flex-col items-start gap-2">
      <p className="text-muted">{text('setup.second')}</p>
      <Button onClick={() => onShow(way)}>{text(`setup.add-${way}`)}</Button>
    </div>
  );
}
