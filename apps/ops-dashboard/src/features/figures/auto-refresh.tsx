'use client';

import { systemClock } from '@coffer/foundation';
import { Button } from '@coffer/web-ui';
import { Pause, Play, RefreshCw } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition, type ReactNode } from 'react';
import { formatSpan } from './format';

export interface AutoRefreshProps {
  /** The figures' own time, RFC 3339. New figures have a new one. */
  readonly at: string;
}

const everySeconds = 15;
const staleSeconds = 60;

/** Says how old the figures are, reads new ones while the page is looked at, and says so when none come. */
export function AutoRefresh({ at }: AutoRefreshProps): ReactNode {
  const router = useRouter();
  const [isReading, startReading] = useTransition();
  const [isPaused, setPaused] = useState(false);
  const ageSeconds = useAgeSeconds(at);
  const refresh = () => startReading(() => router.refresh());

  useEffect(() => {
    if (isPaused) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') startReading(() => router.refresh());
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [isPaused, router]);

  const isStale = ageSeconds >= staleSeconds;
  return (
    <div className="flex flex-wrap items-center gap-1 text-sm">
      <p className={isStale ? 'font-medium text-warning' : 'text-muted'} data-stale={isStale}>
        {isStale ? 'Old figures: read ' : 'Read '}
        {ageSeconds < 1 ? 'just now' : `${formatSpan(ageSeconds)} ago`}
      </p>
      <Button variant="quiet" onClick={() => setPaused(!isPaused)} aria-pressed={isPaused}>
        {isPaused ? <Play aria-hidden="true" className="size-4" /> : <Pause aria-hidden="true" className="size-4" />}
        {isPaused ? 'Paused' : 'Pause'}
      </Button>
      <Button variant="quiet" onClick={refresh} isBusy={isReading}>
        {!isReading && <RefreshCw aria-hidden="true" className="size-4" />}
        Read again
      </Button>
    </div>
  );
}

/** Seconds since figures with this time came in, by the reader's own clock: the vault's may differ. */
function useAgeSeconds(at: string): number {
  const [age, setAge] = useState({ at, sinceMs: systemClock.nowMs(), seconds: 0 });
  useEffect(() => {
    const sinceMs = systemClock.nowMs();
    const count = () => setAge({ at, sinceMs, seconds: Math.floor((systemClock.nowMs() - sinceMs) / 1000) });
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [at]);
  return age.at === at ? age.seconds : 0;
}
