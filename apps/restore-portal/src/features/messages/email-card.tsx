'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Button, TextField } from '@coffer/web-ui';
import { Mail } from 'lucide-react';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';

type Channel = DeviceResult<'addEmail'>;

export interface EmailCardProps {
  readonly device: DeviceClient;
  readonly sendsEmail: boolean;
  /** Addresses that wait for their code. */
  readonly pending: readonly Channel[];
  readonly onChanged: () => void;
}

/** Naming an address, and giving its code back. */
export function EmailCard({ device, sendsEmail, pending, onChanged }: EmailCardProps): ReactNode {
  const [address, setAddress] = useState('');
  const add = useAct<Channel>(() => {
    setAddress('');
    onChanged();
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (address.trim().length > 2) add.run(() => device.call('addEmail', { address: address.trim() }));
  };
  return (
    <Card id="email-title" title={text('email.title')} icon={<Mail />}>
      {!sendsEmail && <p className="text-muted">{text('email.not-offered')}</p>}
      {pending.map((channel) => (
        <CodeForm key={channel.channelId} device={device} channel={channel} onChanged={onChanged} />
      ))}
      {sendsEmail && (
        <form method="post" onSubmit={submit} className="flex flex-col gap-3">
          <TextField
            label={text('email.address')}
            hint={text('email.hint')}
            type="email"
            autoComplete="email"
            value={address}
            onChange={setAddress}
            isDisabled={add.isBusy}
          />
          {add.error !== null && <DeviceAlert error={add.error} />}
          <div className="flex">
            <Button type="submit" isBusy={add.isBusy} disabled={!add.isBusy && address.trim().length < 3}>
              {text('email.add')}
            </Button>
          </div>
        </form>
      )}
    </Card>
  );
}

function CodeForm({ device, channel, onChanged }: Pick<EmailCardProps, 'device' | 'onChanged'> & { channel: Channel }) {
  const { channelId, name } = channel;
  const [typed, setTyped] = useState('');
  const code = typed.replaceAll(/\D/g, '');
  const confirm = useAct<Channel>(onChanged);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (code.length === 8) confirm.run(() => device.call('confirmEmail', { channelId, code }));
  };
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-3 rounded-xl bg-sunken p-4">
      <TextField
        label={text('email.code', { name })}
        hint={text('email.code-hint')}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={typed}
        onChange={setTyped}
        isDisabled={confirm.isBusy}
      />
      {confirm.error !== null && <DeviceAlert error={confirm.error} />}
      <div className="flex">
        <Button type="submit" variant="primary" isBusy={confirm.isBusy} disabled={!confirm.isBusy && code.length !== 8}>
          {text('email.confirm')}
        </Button>
      </div>
    </form>
  );
}
