'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { systemClock } from '@coffer/foundation';
import { Alert, Button, formatDuration, formatInstant, Skeleton, type AlertTone } from '@coffer/web-ui';
import { TimerReset, Undo2 } from 'lucide-react';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';
import { NewKeyForm } from './new-key-form';
import { StopCard } from './stop-card';

type NewStart = DeviceResult<'beginNewStart'>;
/** Up to so far ahead the screen waits for the end of a wait. */
const longestTimerMs = 86_400_000;

type Waits = DeviceResult<'getClaims'>['waits'];

export interface NewStartScreenProps {
  readonly device: DeviceClient;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onBack: () => void;
  readonly onBackups: () => void;
}

/** A new start: for who has lost key and password, and for who wants to stop one. */
export function NewStartScreen({ device, openKeyIdHex, onBack, onBackups }: NewStartScreenProps): ReactNode {
  const state = useCall(useCallback((options: DeviceCallOptions) => readState(device, options), [device]));
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="start-title" title={text('start.title')} back={{ label: text('safety.back'), onBack }}>
        <p className="text-muted">{text('start.lead')}</p>
      </ScreenHeading>
      {state.state === 'running' && <Skeleton label={text('start.loading')} rows={2} />}
      {state.state === 'failed' && <DeviceAlert error={state.error} onRetry={state.again} />}
      {state.state === 'done' && (
        <Known {...{ device, openKeyIdHex, onBackups, onDue: state.again }} {...state.result} />
      )}
    </div>
  );
}

interface KnownState {
  readonly keyIdHex: string | null;
  readonly last: NewStart | null;
  readonly waits: Waits;
}

async function readState(device: DeviceClient, options: DeviceCallOptions): Promise<KnownState> {
  const [{ keyIdHex }, { newStarts }, { waits }] = await Promise.all([
    device.call('readAccount', {}, options),
    device.call('listNewStarts', {}, options),
    device.call('getClaims', {}, options),
  ]);
  return { keyIdHex, last: newStarts.at(-1) ?? null, waits };
}

interface KnownProps extends KnownState, Omit<NewStartScreenProps, 'onBack'> {
  /** Called when the wait is over while the screen stands there. */
  readonly onDue: () => void;
}

function Known(props: KnownProps): ReactNode {
  const { device, openKeyIdHex, onBackups, onDue, keyIdHex, waits } = props;
  // While something is asked for, the last that is known stays: an earlier one may have been stopped since.
  const [last, setLast] = useState(props.last);
  const change = useAct<NewStart>(setLast);
  const [finished, setFinished] = useState<DeviceResult<'finishNewStart'> | null>(null);
  const isPending = last?.state === 'waiting' || last?.state === 'open';
  useDue(last?.state === 'waiting' && !change.isBusy ? last.opensAt : null, onDue);
  const isOwner = openKeyIdHex !== null && openKeyIdHex === keyIdHex;
  const isFormer = openKeyIdHex !== null && last?.state === 'finished' && openKeyIdHex === last.keyId;
  if (keyIdHex === null) {
    return (
      <Alert tone="info" title={text('start.no-key')}>
        {text('start.no-key-text')}
      </Alert>
    );
  }
  if (finished !== null) return <Finished result={finished} />;
  return (
    <>
      {last !== null && <StateAlert newStart={last} />}
      {change.error !== null && <DeviceAlert error={change.error} returnTo="new-start" />}
      {last?.state === 'open' && <NewKeyForm device={device} newStart={last} onFinished={setFinished} />}
      {isPending && (
        <StopCard
          title={text('start.stop-title')}
          ways={[text('start.stop-password'), text('start.stop-key')]}
          action={text('start.stop')}
          isBusy={change.isBusy}
          onStop={
            isOwner ? () => change.run(() => device.call('cancelNewStart', { newStartId: last.newStartId })) : null
          }
          onBackups={onBackups}
        />
      )}
      {last?.state === 'finished' && (
        <Card id="undo-title" title={text('start.undo')} icon={<Undo2 />}>
          <p className="leading-relaxed">{text(isFormer ? 'start.undo-ready' : 'start.undo-how')}</p>
          {isFormer && (
            <div className="flex">
              <Button
                variant="primary"
                isBusy={change.isBusy}
                onClick={() => change.run(() => device.call('undoNewStart', { newStartId: last.newStartId }))}
              >
                {text('start.undo')}
              </Button>
            </div>
          )}
        </Card>
      )}
      {!isPending && (
        <Explanation
          waits={waits}
          isBusy={change.isBusy}
          onBegin={() => change.run(() => device.call('beginNewStart', {}))}
        />
      )}
    </>
  );
}

/**
 * Calls `onDue` at the instant `at`; never where that is null. One that is days away is left to a later visit: a timer does not count
 * through sleep.
 */
function useDue(at: string | null, onDue: () => void): void {
  useEffect(() => {
    if (at === null) return undefined;
    const leftMs = Date.parse(at) - systemClock.nowMs();
    if (leftMs > longestTimerMs) return undefined;
    const timer = setTimeout(onDue, Math.max(1000, leftMs));
    return () => clearTimeout(timer);
  }, [at, onDue]);
}

function Explanation({ waits, isBusy, onBegin }: { waits: Waits; isBusy: boolean; onBegin: () => void }): ReactNode {
  const time = (seconds: number): { readonly time: string } => ({ time: formatDuration(seconds, text) });
  return (
    <Card id="how-title" title={text('start.how')} icon={<TimerReset />}>
      <ol className="flex list-decimal flex-col gap-2 ps-5 leading-relaxed marker:text-accent">
        <li>{text('start.step-wait', time(waits.newStartSeconds))}</li>
        <li>{text('start.step-stop')}</li>
        <li>{text('start.step-finish', time(waits.newStartOpenSeconds))}</li>
        <li>{text('start.step-old', time(waits.newStartUndoSeconds))}</li>
      </ol>
      <div className="rounded-xl bg-sunken p-4 leading-relaxed">
        <p className="font-medium">{text('start.before')}</p>
        <p className="text-[0.9375rem]">{text('start.before-text')}</p>
      </div>
      <div className="flex">
        <Button variant="primary" isBusy={isBusy} onClick={onBegin}>
          {text('start.begin')}
        </Button>
      </div>
    </Card>
  );
}

function Finished({ result }: { readonly result: DeviceResult<'finishNewStart'> }): ReactNode {
  return (
    <Alert tone="success" title={text('start.done')}>
      <p>{text('start.done-text', { id: formatKeyId(result.keyIdHex) })}</p>
      {!result.isRepositoryMade && <p className="mt-1">{text('start.done-no-place')}</p>}
    </Alert>
  );
}

const tones: Readonly<Record<NewStart['state'], AlertTone>> = {
  waiting: 'warning',
  open: 'warning',
  cancelled: 'success',
  expired: 'info',
  finished: 'info',
  undone: 'success',
  settled: 'info',
};

function StateAlert({ newStart }: { readonly newStart: NewStart }): ReactNode {
  const { state, opensAt, closesAt, undoUntil } = newStart;
  const date = (at: string): { readonly date: string } => ({ date: formatInstant(Date.parse(at), locale) });
  const words: Readonly<Record<NewStart['state'], readonly [string, string]>> = {
    waiting: [text('start.waiting', date(opensAt)), text('start.waiting-text')],
    open: [text('start.open', date(closesAt)), text('start.open-text')],
    cancelled: [text('start.stopped'), text('start.stopped-text')],
    expired: [text('start.expired'), text('start.ended-text')],
    finished: [text('start.finished'), text('start.finished-text', date(undoUntil ?? closesAt))],
    undone: [text('start.undone'), text('start.undone-text')],
    settled: [text('start.settled'), text('start.settled-text')],
  };
  const [title, detail] = words[state];
  return (
    <Alert tone={tones[state]} title={title}>
      {detail}
    </Alert>
  );
}
