'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Skeleton } from '@coffer/web-ui';
import { useCallback, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';
import { findOwnChannel } from './browser-push';
import { EmailCard } from './email-card';
import { PlacesCard } from './places-card';
import { PushCard } from './push-card';
import { QuietCard } from './quiet-card';

export interface MessagesScreenProps {
  readonly device: DeviceClient;
  readonly onBack: () => void;
}

interface Known {
  readonly settings: DeviceResult<'getNoticeSettings'>;
  /** The channel that is this browser; null where messages are off here. */
  readonly own: DeviceResult<'addPush'> | null;
}

/** Where and when the account is told of its news. A sign-in is enough. */
export function MessagesScreen({ device, onBack }: MessagesScreenProps): ReactNode {
  const first = useCall(useCallback((options: DeviceCallOptions) => readKnown(device, options), [device]));
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="messages-title" title={text('messages.title')} back={{ label: text('safety.back'), onBack }}>
        <p className="text-muted">{text('messages.lead')}</p>
      </ScreenHeading>
      {first.state === 'running' && <Skeleton label={text('messages.loading')} rows={2} />}
      {first.state === 'failed' && <DeviceAlert error={first.error} onRetry={first.again} />}
      {first.state === 'done' && <Cards device={device} first={first.result} />}
    </div>
  );
}

async function readKnown(device: DeviceClient, options: DeviceCallOptions = {}): Promise<Known> {
  const settings = await device.call('getNoticeSettings', {}, options);
  return { settings, own: await findOwnChannel(settings.channels) };
}

function Cards({ device, first }: { readonly device: DeviceClient; readonly first: Known }): ReactNode {
  const [{ settings, own }, setKnown] = useState(first);
  const [error, setError] = useState<unknown>(null);
  const { channels, sendsEmail, pushKey } = settings;
  const look = (): void => {
    readKnown(device).then((known) => {
      setError(null);
      setKnown(known);
    }, setError);
  };
  const pending = channels.filter(({ state }) => state === 'pending');
  if (!sendsEmail && pushKey === null && channels.length === 0) {
    return <p className="text-muted">{text('messages.feed-alone')}</p>;
  }
  return (
    <>
      {error !== null && <DeviceAlert error={error} onRetry={look} />}
      <PlacesCard device={device} channels={channels} own={own} onChanged={look} />
      <PushCard device={device} pushKey={pushKey} own={own} onChanged={look} />
      <EmailCard device={device} sendsEmail={sendsEmail} pending={pending} onChanged={look} />
      <QuietCard device={device} settings={settings} />
    </>
  );
}
