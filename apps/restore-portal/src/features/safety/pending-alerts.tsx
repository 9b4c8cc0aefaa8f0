'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert, Button, formatInstant } from '@coffer/web-ui';
import { useCallback, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { useCall } from '../device/use-call';

export interface PendingAlertsProps {
  readonly device: DeviceClient;
  readonly onNewStart: () => void;
  readonly onDeletion: () => void;
}

interface Pending {
  readonly newStart: DeviceResult<'beginNewStart'> | null;
  readonly deletion: DeviceResult<'askDeletion'> | null;
}

/** What was asked for with a sign-in alone and can still be stopped: it stands above everything else. */
export function PendingAlerts({ device, onNewStart, onDeletion }: PendingAlertsProps): ReactNode {
  const pending = useCall(useCallback((options: DeviceCallOptions) => readPending(device, options), [device]));
  // What fails here fails in the cards below, too, and is told there.
  if (pending.state !== 'done') return null;
  const { newStart, deletion } = pending.result;
  const date = (at: string): { readonly date: string } => ({ date: formatInstant(Date.parse(at), locale) });
  return (
    <>
      {newStart !== null && (
        <Alert
          tone="warning"
          title={
            newStart.state === 'open'
              ? text('start.open', date(newStart.closesAt))
              : text('start.waiting', date(newStart.opensAt))
          }
          actions={<Button onClick={onNewStart}>{text('pending.see')}</Button>}
        >
          {text(`start.${newStart.state === 'open' ? 'open' : 'waiting'}-text`)}
        </Alert>
      )}
      {deletion !== null && (
        <Alert
          tone="danger"
          title={deletion.state === 'closed' ? text('delete.closed') : text('delete.waiting', date(deletion.dueAt))}
          actions={<Button onClick={onDeletion}>{text('pending.see')}</Button>}
        >
          {text(`delete.${deletion.state}-text`)}
        </Alert>
      )}
    </>
  );
}

async function readPending(device: DeviceClient, options: DeviceCallOptions): Promise<Pending> {
  const [{ newStarts }, { deletion }] = await Promise.all([
    device.call('listNewStarts', {}, options),
    device.call('getDeletion', {}, options),
  ]);
  const newStart = newStarts.findLast(({ state }) => state === 'waiting' || state === 'open') ?? null;
  return { newStart, deletion };
}
