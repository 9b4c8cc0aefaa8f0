'use client';

import type { DeviceClient } from '@coffer/device-protocol';
import { Alert, Button, ProgressBar } from '@coffer/web-ui';
import { Fingerprint } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { ScreenHeading } from '../screen-heading';
import { addPasskey, type PasskeyPhase, type UnaddedPasskey } from './add-passkey';
import { PasskeyAlert } from './passkey-alert';
import { PasskeyError } from './passkey-error';

export interface PasskeyScreenProps {
  readonly device: DeviceClient;
  readonly displayName: string;
  readonly onBack: () => void;
}

type Outcome =
  | { readonly state: 'idle' }
  | { readonly state: 'busy'; readonly phase: PasskeyPhase | null }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly missingCopies: number };

/** Adds a passkey to the ways that open the backup which is open now. */
export function PasskeyScreen({ device, displayName, onBack }: PasskeyScreenProps): ReactNode {
  const [outcome, setOutcome] = useState<Outcome>({ state: 'idle' });
  const running = useRef<AbortController>(null);
  // What was made already, should a later question of the browser be closed.
  const made = useRef<UnaddedPasskey>(null);
  useEffect(() => () => running.current?.abort(), []);

  const add = async (): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const show = (next: Outcome): void => {
      if (!controller.signal.aborted) setOutcome(next);
    };
    show({ state: 'busy', phase: null });
    try {
      const missingCopies = await addPasskey({
        ...{ device, userName: displayName, made: made.current, signal: controller.signal },
        onMade: (passkey) => (made.current = passkey),
        onPhase: (phase) => show({ state: 'busy', phase }),
      });
      show({ state: 'done', missingCopies });
    } catch (error) {
      // Only what the person closed is gone on with; whatever else failed is begun anew.
      if (!(error instanceof PasskeyError) || error.code !== 'cancelled') made.current = null;
      show({ state: 'failed', error });
    }
  };

  const isBusy = outcome.state === 'busy';
  return (
    <section aria-labelledby="passkey-title" className="flex flex-col gap-4">
      <ScreenHeading id="passkey-title" title={text('passkey.title')} back={{ label: text('passkey.back'), onBack }}>
        <p className="text-muted">{text('passkey.lead')}</p>
      </ScreenHeading>
      <div className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6">
        <ul className="flex list-disc flex-col gap-2 ps-5 marker:text-accent">
          <li>{text('passkey.point-beside')}</li>
          <li>{text('passkey.point-asks')}</li>
          <li>{text('passkey.point-keeper')}</li>
        </ul>
        {isBusy && (
          <ProgressBar label={text(`passkey.phase-${outcome.phase ?? 'make'}`)} doneBytes={0} totalBytes={null} />
        )}
        {outcome.state === 'failed' && <PasskeyAlert error={outcome.error} />}
        {outcome.state === 'done' ? (
          <Alert tone="success" title={text('passkey.done')}>
            <p>{text('passkey.done-text')}</p>
            {outcome.missingCopies > 0 && <p className="mt-1">{text('passkey.done-no-copy')}</p>}
          </Alert>
        ) : (
          <div className="flex">
            <Button variant="primary" isBusy={isBusy} onClick={() => void add()}>
              <Fingerprint aria-hidden="true" className="size-4" />
              {text(outcome.state === 'failed' ? 'passkey.again' : 'passkey.action')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
