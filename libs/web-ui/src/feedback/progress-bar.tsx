'use client';

import { useId, type ReactNode } from 'react';
import { formatBytes } from '../format/bytes';
import { formatDuration } from '../format/durations';
import { useText } from '../text/text-provider';
import type { TransferRate } from './transfer-rate';

export interface ProgressBarProps {
  readonly label: string;
  readonly doneBytes: number;
  /** Null where the end is not known: the bar then moves without a measure. */
  readonly totalBytes: number | null;
  readonly rate?: TransferRate;
}

/** How far something is: bytes of total, rate and time left, as far as each is known. */
export function ProgressBar({ label, doneBytes, totalBytes, rate }: ProgressBarProps): ReactNode {
  const text = useText();
  const id = useId();
  const parts = [
    doneBytes === 0 && totalBytes === null
      ? ''
      : totalBytes === null
        ? formatBytes(doneBytes, text.locale)
        : text('ui.progress', {
            done: formatBytes(doneBytes, text.locale),
            total: formatBytes(totalBytes, text.locale),
          }),
    rate?.bytesPerSecond == null ? '' : text('ui.rate', { rate: formatBytes(rate.bytesPerSecond, text.locale) }),
    rate?.secondsLeft == null ? '' : text('ui.eta', { time: formatDuration(rate.secondsLeft, text) }),
  ].filter((part) => part !== '');
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.9375rem] font-medium">
        {label}
      </label>
      <progress
        id={id}
        className="coffer-progress"
        {...(totalBytes === null ? {} : { max: Math.max(1, totalBytes), value: Math.min(doneBytes, totalBytes) })}
      />
      {parts.length > 0 && <p className="text-sm text-muted tabular-nums">{parts.join(' · ')}</p>}
    </div>
  );
}
