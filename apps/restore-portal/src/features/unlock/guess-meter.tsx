'use client';

import type { GuessBudget } from '@coffer/device-protocol';
import { formatDuration, formatLength } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { useNow } from '../device/use-now';

/** Guesses between two proven successes. */
const allGuesses = 10;

/** Seconds until the next guess is open; 0 where it is. */
export function secondsUntilNext(budget: GuessBudget, nowMs: number): number {
  if (budget.nextAttemptAt === null) return 0;
  return Math.max(0, Math.ceil((Date.parse(budget.nextAttemptAt) - nowMs) / 1000));
}

/** How many guesses are left, and when the next one opens. */
export function GuessMeter({ budget }: { budget: GuessBudget }): ReactNode {
  const waiting = secondsUntilNext(budget, useNow(1000));
  const { attemptsRemaining } = budget;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-xl bg-sunken px-4 py-2.5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium tabular-nums" role="status">
          {text('unlock.attempts', { count: attemptsRemaining })}
        </span>
        <span aria-hidden="true" className="flex gap-1">
          {Array.from({ length: allGuesses }, (_, index) => (
            <span
              key={index}
              className={`h-2 w-3.5 rounded-full ${index < attemptsRemaining ? (attemptsRemaining <= 3 ? 'bg-warning' : 'bg-accent') : 'bg-line'}`}
            />
          ))}
        </span>
      </p>
      <p className="text-sm text-muted tabular-nums">
        {waiting > 0 && attemptsRemaining > 0
          ? text('unlock.next-at', { time: waiting < 3600 ? formatLength(waiting) : formatDuration(waiting, text) })
          : text('unlock.attempts-hint')}
      </p>
    </div>
  );
}
