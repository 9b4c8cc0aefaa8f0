'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert, Button, Checkbox, formatDuration, formatInstant, Skeleton } from '@coffer/web-ui';
import { Trash2 } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';
import { StopCard } from './stop-card';

type Deletion = DeviceResult<'askDeletion'>;

export interface DeletionScreenProps {
  readonly device: DeviceClient;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onBack: () => void;
  readonly onBackups: () => void;
}

/** The deletion of the account: asked for with a sign-in alone, and how it is stopped. */
export function DeletionScreen({ device, openKeyIdHex, onBack, onBackups }: DeletionScreenProps): ReactNode {
  const state = useCall(useCallback((options: DeviceCallOptions) => readState(device, options), [device]));
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="delete-title" title={text('delete.title')} back={{ label: text('safety.back'), onBack }}>
        <p className="text-muted">{text('delete.lead')}</p>
      </ScreenHeading>
      {state.state === 'running' && <Skeleton label={text('delete.loading')} rows={2} />}
      {state.state === 'failed' && <DeviceAlert error={state.error} onRetry={state.again} />}
      {state.state === 'done' && <Known {...{ device, openKeyIdHex, onBackups }} {...state.result} />}
    </div>
  );
}

interface KnownState {
  readonly keyIdHex: string | null;
  readonly deletion: Deletion | null;
  readonly waitSeconds: number;
}

async function readState(device: DeviceClient, options: DeviceCallOptions): Promise<KnownState> {
  const [{ keyIdHex }, { deletion }, { waits }] = await Promise.all([
    device.call('readAccount', {}, options),
    device.call('getDeletion', {}, options),
    device.call('getClaims', {}, options),
  ]);
  return { keyIdHex, deletion, waitSeconds: waits.deletionSeconds };
}

function Known(props: KnownState & Omit<DeletionScreenProps, 'onBack'>): ReactNode {
  const { device, openKeyIdHex, onBackups, keyIdHex, waitSeconds } = props;
  const [isAgreed, setAgreed] = useState(false);
  const ask = useAct<Deletion>();
  const keep = useAct<object>();
  const deletion = ask.result ?? props.deletion;
  const isOwner = openKeyIdHex !== null && openKeyIdHex === keyIdHex;
  if (keep.result !== null) {
    return (
      <Alert tone="success" title={text('delete.stopped')}>
        {text('delete.stopped-text')}
      </Alert>
    );
  }
  if (deletion !== null) {
    const { deletionId, state, dueAt } = deletion;
    return (
      <>
        <Alert tone="danger" title={stateTitle(state, dueAt)}>
          {text(`delete.${state}-text`)}
        </Alert>
        {keep.error !== null && <DeviceAlert error={keep.error} />}
        {state === 'waiting' && (
          <StopCard
            title={text('delete.stop-title')}
            ways={[text('delete.stop-password'), text('delete.stop-key')]}
            action={text('delete.stop')}
            isBusy={keep.isBusy}
            onStop={isOwner ? () => keep.run(() => device.call('cancelDeletion', { deletionId })) : null}
            onBackups={onBackups}
          />
        )}
      </>
    );
  }
  return (
    <Card id="delete-how" title={text('start.how')} icon={<Trash2 />}>
      <ul className="flex list-disc flex-col gap-2 ps-5 leading-relaxed marker:text-accent">
        <li>{text('delete.step-wait', { time: formatDuration(waitSeconds, text) })}</li>
        <li>{text('delete.step-stop')}</li>
        <li>{text('delete.step-plain')}</li>
        <li>{text('delete.step-now')}</li>
      </ul>
      <Checkbox label={text('delete.agree')} isChecked={isAgreed} onChange={setAgreed} isDisabled={ask.isBusy} />
      {ask.error !== null && <DeviceAlert error={ask.error} returnTo="deletion" />}
      <div className="flex">
        <Button
          variant="danger"
          isBusy={ask.isBusy}
          disabled={!ask.isBusy && !isAgreed}
          onClick={() => ask.run(() => device.call('askDeletion', {}))}
        >
          {text('delete.ask')}
        </Button>
      </div>
    </Card>
  );
}

function stateTitle(state: Deletion['state'], dueAt: string): string {
  if (state === 'closed') return text('delete.closed');
  return text('delete.waiting', { date: formatInstant(Date.parse(dueAt), locale) });
}
