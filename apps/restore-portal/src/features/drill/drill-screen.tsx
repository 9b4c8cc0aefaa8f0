'use client';

import type { DeviceCallOptions, DeviceClient, DeviceProgress, DrilledBackup } from '@coffer/device-protocol';
import { Alert, Button, ChoiceCards, ProgressBar } from '@coffer/web-ui';
import { CircleStop, LifeBuoy } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';
import { DrillFailure } from './drill-failure';
import { DrillOutcome } from './drill-outcome';
import { LastProof } from './last-proof';

const samples = { sample: 5, everything: 100 } as const;
type Sample = keyof typeof samples;

type Run =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly progress: DeviceProgress | null }
  | { readonly state: 'stopped' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly drilled: DrilledBackup };

export interface DrillScreenProps {
  readonly device: DeviceClient;
  /** Of the backup that is open. */
  readonly repositoryId: string;
  readonly onBack: () => void;
}

/** The fire drill over the backup that is open: how much is read, how far it is, and what came of it. */
export function DrillScreen({ device, repositoryId, onBack }: DrillScreenProps): ReactNode {
  const [sample, setSample] = useState<Sample>('sample');
  const [run, setRun] = useState<Run>({ state: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const backups = useCall(
    useCallback((options: DeviceCallOptions) => device.call('listBackups', {}, options), [device]),
  );

  const start = async (): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const show = (next: Run): void => {
      if (!controller.signal.aborted) setRun(next);
    };
    show({ state: 'running', progress: null });
    try {
      const options = {
        signal: controller.signal,
        onProgress: (progress: DeviceProgress) => show({ state: 'running', progress }),
      };
      const drilled = await device.call('runFireDrill', { samplePercent: samples[sample] }, options);
      show({ state: 'done', drilled });
      if (!controller.signal.aborted) backups.again();
    } catch (error) {
      show({ state: 'failed', error });
    }
  };
  const stop = (): void => {
    running.current?.abort();
    setRun({ state: 'stopped' });
  };

  const isRunning = run.state === 'running';
  const known = backups.state === 'done' ? backups.result.backups : [];
  const backup = known.find((each) => each.repositoryId === repositoryId);
  return (
    <section aria-labelledby="drill-title" className="flex flex-col gap-4">
      <ScreenHeading id="drill-title" title={text('drill.title')} back={{ label: text('drill.back'), onBack }}>
        <p className="text-muted">{text('drill.lead')}</p>
        <p className="text-muted">{text('drill.proof-lead')}</p>
        {/* Keeps its place while it is asked for. */}
        <div className="min-h-5">{backup !== undefined && <LastProof at={backup.lastProofAt} />}</div>
      </ScreenHeading>
      <div className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6">
        <ChoiceCards<Sample>
          legend={text('drill.how-much')}
          value={sample}
          onChange={setSample}
          isDisabled={isRunning}
          choices={[
            { value: 'sample', title: text('drill.sample'), detail: text('drill.sample-detail') },
            { value: 'everything', title: text('drill.everything'), detail: text('drill.everything-detail') },
          ]}
        />
        {isRunning && <Running progress={run.progress} />}
        {run.state === 'stopped' && (
          <Alert tone="info" icon={CircleStop} title={text('drill.stopped')}>
            {text('drill.stopped-text')}
          </Alert>
        )}
        {run.state === 'failed' && <DrillFailure error={run.error} />}
        {run.state === 'done' && <DrillOutcome drilled={run.drilled} />}
        <div className="flex">
          {/* One button throughout, so that the keyboard stays where it is. */}
          <Button variant={isRunning ? 'secondary' : 'primary'} onClick={isRunning ? stop : () => void start()}>
            {isRunning ? (
              <CircleStop aria-hidden="true" className="size-4" />
            ) : (
              <LifeBuoy aria-hidden="true" className="size-4" />
            )}
            {text(isRunning ? 'drill.cancel' : run.state === 'idle' ? 'drill.start' : 'drill.again')}
          </Button>
        </div>
      </div>
    </section>
  );
}

function Running({ progress }: { readonly progress: DeviceProgress | null }): ReactNode {
  const { phase = 'opening', doneBytes = 0, totalBytes = null, rate } = progress ?? {};
  const stage = phase === 'checking' || phase === 'proving' ? phase : 'opening';
  return (
    <div className="flex flex-col gap-2">
      <ProgressBar
        label={text(`drill.${stage}`)}
        doneBytes={doneBytes}
        totalBytes={totalBytes}
        {...(rate === undefined ? {} : { rate })}
      />
      <p className="text-sm text-muted">{text('drill.stay')}</p>
    </div>
  );
}
