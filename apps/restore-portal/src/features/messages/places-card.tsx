'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Button, formatInstant } from '@coffer/web-ui';
import { Globe, Mail, MapPin } from 'lucide-react';
import type { ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { endChannel } from './browser-push';

type Channel = DeviceResult<'addEmail'>;

export interface PlacesCardProps {
  readonly device: DeviceClient;
  readonly channels: readonly Channel[];
  /** The channel that is this browser; null where messages are off here. */
  readonly own: Channel | null;
  readonly onChanged: () => void;
}

/** Every place where the account is told, and whether the last message arrived. */
export function PlacesCard({ device, channels, own, onChanged }: PlacesCardProps): ReactNode {
  const remove = useAct<unknown>(onChanged);
  return (
    <Card id="places-title" title={text('messages.places')} icon={<MapPin />} lead={text('messages.told')}>
      {channels.length === 0 && <p className="text-muted">{text('messages.places-none')}</p>}
      {channels.length > 0 && (
        <ul aria-labelledby="places-title" className="flex flex-col divide-y divide-line">
          {channels.map((channel) => (
            <Place
              key={channel.channelId}
              channel={channel}
              isOwn={channel.channelId === own?.channelId}
              isBusy={remove.isBusy}
              onRemove={() => remove.run(() => endChannel(device, channel))}
            />
          ))}
        </ul>
      )}
      {remove.error !== null && <DeviceAlert error={remove.error} />}
    </Card>
  );
}

interface PlaceProps {
  readonly channel: Channel;
  readonly isOwn: boolean;
  readonly isBusy: boolean;
  readonly onRemove: () => void;
}

function Place({ channel, isOwn, isBusy, onRemove }: PlaceProps): ReactNode {
  const { kind, name, state, confirmedAt, failure } = channel;
  const Icon = kind === 'email' ? Mail : Globe;
  const shown = kind === 'email' ? name : isOwn ? text('messages.push-here') : text('messages.push-of', { name });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
      <Icon aria-hidden="true" className="size-5 shrink-0 text-muted" />
      <div className="flex min-w-48 grow basis-0 flex-col">
        <bdi className="font-medium wrap-anywhere">{shown}</bdi>
        <span className="text-sm text-muted">
          {state === 'pending'
            ? text('messages.pending')
            : confirmedAt !== null && text('messages.since', { date: formatInstant(Date.parse(confirmedAt), locale) })}
        </span>
        {failure !== null && <span className="text-sm text-warning">{text(`messages.failure-${failure}`)}</span>}
      </div>
      <Button isBusy={isBusy} onClick={onRemove} aria-label={text('messages.remove-of', { name: shown })}>
        {text('messages.remove')}
      </Button>
    </li>
  );
}
