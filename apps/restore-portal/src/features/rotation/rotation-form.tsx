'use client';

import type { DeviceClient, DeviceProgress, DeviceResult } from '@coffer/device-protocol';
import { equalBytes } from '@coffer/foundation';
import { Button, ProgressBar } from '@coffer/web-ui';
import { Fingerprint, KeyRound, Unplug } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { evaluatePasskey } from '../passkey/ask-passkey';
import { PasskeyAlert } from '../passkey/passkey-alert';
import { useNewPassword } from '../use-new-password';

type Begun = DeviceResult<'beginRotation'>;

export interface RotationFormProps {
  readonly device: DeviceClient;
  readonly begun: Begun;
  readonly onRotated: (result: DeviceResult<'rotateKey'>) => void;
}

/** What ends, which passkeys come along, and the password of the next key. */
export function RotationForm({ device, begun, onRotated }: RotationFormProps): ReactNode {
  const chosen = useNewPassword(device);
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const rotate = useAct(onRotated);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const { password } = chosen;
    if (chosen.isReady) rotate.run(() => device.call('rotateKey', { password }, { onProgress: setProgress }));
  };
  return (
    <>
      <Card id="rotation-ends" title={text('rotation.ends')} icon={<Unplug />}>
        <ul className="flex list-disc flex-col gap-2 ps-5 leading-relaxed marker:text-accent">
          <li>{text('rotation.ends-password')}</li>
          {begun.hasRecordedKey && <li>{text('rotation.ends-digits')}</li>}
          {begun.passkeys.length > 0 && <li>{text('rotation.ends-passkeys')}</li>}
          {begun.foreignPasskeys > 0 && <li>{text('rotation.ends-foreign', { count: begun.foreignPasskeys })}</li>}
          <li>{text('rotation.ends-purge')}</li>
          <li>{text('rotation.ends-devices')}</li>
        </ul>
      </Card>
      {begun.passkeys.length > 0 && <Passkeys device={device} begun={begun} isBusy={rotate.isBusy} />}
      <Card id="rotation-password" title={text('rotation.password')} icon={<KeyRound />}>
        <form method="post" onSubmit={submit} className="flex flex-col gap-5">
          {chosen.fields(rotate.isBusy)}
          {rotate.isBusy && (
            <ProgressBar
              label={text(progress?.phase === 'opening' ? 'rotation.opening' : 'rotation.deriving')}
              doneBytes={0}
              totalBytes={null}
            />
          )}
          {rotate.error !== null && <DeviceAlert error={rotate.error} />}
          <div className="flex">
            <Button type="submit" variant="primary" isBusy={rotate.isBusy} disabled={!rotate.isBusy && !chosen.isReady}>
              {text('rotation.act')}
            </Button>
          </div>
        </form>
      </Card>
    </>
  );
}

function Passkeys({ device, begun, isBusy }: Pick<RotationFormProps, 'device' | 'begun'> & { isBusy: boolean }) {
  const [taken, setTaken] = useState<readonly Uint8Array[]>([]);
  const asking = useRef<AbortController>(null);
  useEffect(() => () => asking.current?.abort(), []);
  const take = useAct<Uint8Array>((credentialId) => setTaken([...taken, credentialId]));
  const left = begun.passkeys.filter(({ credentialId }) => !taken.some((one) => equalBytes(one, credentialId)));

  const ask = async (): Promise<Uint8Array> => {
    const controller = new AbortController();
    asking.current = controller;
    const { credentialId, prfOutput } = await evaluatePasskey(begun.rpId, left, controller.signal);
    const handedOver = { signal: controller.signal, transfer: [prfOutput.buffer] };
    await device.call('takePasskeyAlong', { credentialId, prfOutput }, handedOver);
    return credentialId;
  };
  return (
    <Card
      id="rotation-passkeys"
      title={text('rotation.passkeys')}
      icon={<Fingerprint />}
      lead={text('rotation.passkeys-lead')}
    >
      <p role="status">
        {left.length === 0
          ? text('rotation.all-taken')
          : text('rotation.taken', { taken: taken.length, count: begun.passkeys.length })}
      </p>
      {take.error !== null && <PasskeyAlert error={take.error} />}
      {left.length > 0 && (
        <div className="flex">
          <Button isBusy={take.isBusy} disabled={isBusy} onClick={() => take.run(ask)}>
            <Fingerprint aria-hidden="true" className="size-4" />
            {text('rotation.take')}
          </Button>
        </div>
      )}
    </Card>
  );
}
