'use client';

import type { LedgerEntry } from '@coffer/device-protocol';
import { Alert, Button, formatInstant, Skeleton } from '@coffer/web-ui';
import { ScrollText, ShieldCheck } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import type { CallState } from '../device/use-call';
import type { RememberedCheck } from './check-ledger';
import { ledgerWords } from './ledger-words';

/** Events that are shown before the others are asked for. */
const shownAtFirst = 8;

export interface LedgerCardProps {
  readonly check: CallState<RememberedCheck>;
  readonly onAgain: () => void;
}

/** The account's ledger with its check. Where it does not hold, nothing of it is shown. */
export function LedgerCard({ check, onAgain }: LedgerCardProps): ReactNode {
  return (
    <Card id="ledger-title" title={text('ledger.title')} icon={<ScrollText />} lead={text('ledger.lead')}>
      {check.state === 'running' && <Skeleton label={text('ledger.checking')} rows={2} />}
      {check.state === 'failed' && <DeviceAlert error={check.error} onRetry={onAgain} />}
      {check.state === 'done' && (
        <>
          <Alert tone="success" icon={ShieldCheck} title={text('ledger.holds')}>
            <p>
              {text('ledger.holds-text', { count: check.result.entries.length, size: check.result.treeSize })}{' '}
              {memoryWords(check.result)}
            </p>
          </Alert>
          <Events entries={check.result.entries} />
        </>
      )}
    </Card>
  );
}

function memoryWords({ isFirst, isRemembered, newlyVerified }: RememberedCheck): string {
  if (!isRemembered) return text('ledger.not-kept');
  return isFirst ? text('ledger.first') : text('ledger.grown', { count: newlyVerified });
}

function Events({ entries }: { readonly entries: readonly LedgerEntry[] }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const newest = entries.toReversed();
  const shown = isWhole ? newest : newest.slice(0, shownAtFirst);
  return (
    <>
      <h3 id="ledger-events" className="font-medium">
        {text('ledger.events')}
      </h3>
      <ol aria-labelledby="ledger-events" reversed className="flex flex-col divide-y divide-line">
        {shown.map((entry) => (
          <li key={entry.number} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-2.5">
            <span aria-hidden="true" className="w-8 text-sm text-muted tabular-nums">
              {entry.number}
            </span>
            <span className="min-w-48 grow basis-0">{ledgerWords(entry)}</span>
            <span className="text-sm text-muted tabular-nums">
              {formatInstant(Date.parse(entry.at), locale)} · {text('ledger.left', { count: entry.remaining })}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < entries.length && (
        <div className="flex">
          <Button onClick={() => setWhole(true)}>{text('ledger.all', { count: entries.length })}</Button>
        </div>
      )}
    </>
  );
}
