import type { ReactNode } from 'react';
import { formatSpan, formatUtc } from './format';

export interface InstantProps {
  /** RFC 3339, or null where there is none. */
  readonly at: string | null;
  /** The figures' own time, RFC 3339: says how long ago or ahead. */
  readonly from?: string;
}

/** An instant in UTC; how far away it is, where `from` is given. */
export function Instant({ at, from }: InstantProps): ReactNode {
  if (at === null) return <span className="text-muted">never</span>;
  const seconds = from === undefined ? undefined : (Date.parse(at) - Date.parse(from)) / 1000;
  return (
    <time dateTime={at} className="whitespace-nowrap tabular-nums" title={formatUtc(at)}>
      {seconds === undefined
        ? formatUtc(at)
        : seconds > 0
          ? `in ${formatSpan(seconds)}`
          : `${formatSpan(-seconds)} ago`}
    </time>
  );
}
