'use client';

import { systemClock } from '@coffer/foundation';
import type { DeviceCallOptions, DeviceClient } from '@coffer/device-protocol';
import { Button, formatTime } from '@coffer/web-ui';
import { RotateCw, Trash2 } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { useCall } from '../device/use-call';
import { DrillCard } from '../drill/drill-card';
import { ScreenHeading } from '../screen-heading';
import { checkLedger } from './check-ledger';
import { ClaimsCard } from './claims-card';
import { KeyslotsCard } from './keyslots-card';
import { LedgerCard } from './ledger-card';
import { NewsCard } from './news-card';
import { PendingAlerts } from './pending-alerts';

export interface SafetyScreenProps {
  readonly device: DeviceClient;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onRotation: () => void;
  readonly onMessages: () => void;
  readonly onNewStart: () => void;
  readonly onDeletion: () => void;
  readonly onSetup: () => void;
  readonly onKeyCheck: () => void;
  readonly onDrill: () => void;
  readonly onBackups: () => void;
}

/** What happened to the account, how its key comes back, and what this deployment promises. Needs a sign-in, and no key. */
export function SafetyScreen(props: SafetyScreenProps): ReactNode {
  // Everything is asked for anew together, so that nothing on the page is older than the line that tells its age.
  const [look, setLook] = useState(0);
  return <Look key={look} {...props} onAgain={() => setLook(look + 1)} />;
}

function Look(props: SafetyScreenProps & { readonly onAgain: () => void }): ReactNode {
  const { device, openKeyIdHex, onRotation, onMessages, onNewStart, onDeletion, onSetup, onKeyCheck, onAgain } = props;
  const { onDrill, onBackups } = props;
  const [sinceMs] = useState(() => systemClock.nowMs());
  const account = useCall(
    useCallback((options: DeviceCallOptions) => device.call('readAccount', {}, options), [device]),
  );
  const check = useCall(useCallback((options: DeviceCallOptions) => checkLedger(device, options), [device]));
  const kinds = account.state === 'done' ? account.result.keyslots.map(({ kind }) => kind) : [];
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="safety-title" title={text('safety.title')}>
        <p className="text-muted">{text('safety.lead')}</p>
        <div className="flex flex-wrap items-center gap-x-1 text-sm text-muted">
          {text('safety.as-of', { time: formatTime(sinceMs, locale) })}
          <Button variant="quiet" onClick={onAgain}>
            <RotateCw aria-hidden="true" className="size-4" />
            {text('safety.again')}
          </Button>
        </div>
      </ScreenHeading>
      <PendingAlerts device={device} onNewStart={onNewStart} onDeletion={onDeletion} />
      <NewsCard device={device} onMessages={onMessages} />
      <KeyslotsCard
        account={account}
        check={check}
        openKeyIdHex={openKeyIdHex}
        onAgain={account.again}
        onReplace={onRotation}
        onLost={onNewStart}
        onSetup={onSetup}
        onCheck={onKeyCheck}
      />
      <DrillCard check={check} isOpen={openKeyIdHex !== null} onDrill={onDrill} onBackups={onBackups} />
      <LedgerCard check={check} onAgain={check.again} />
      <ClaimsCard device={device} kinds={[...new Set(kinds)]} />
      <div className="flex justify-center">
        <Button variant="quiet" onClick={onDeletion}>
          <Trash2 aria-hidden="true" className="size-4" />
          {text('delete.open')}
        </Button>
      </div>
    </div>
  );
}
