import type { OpsVault } from '@coffer/contracts';
import type { ReactNode } from 'react';
import { DataTable } from '../figures/data-table';
import { formatCount } from '../figures/format';
import { Instant } from '../figures/instant';

type Series = OpsVault['series'];

const height = 120;
const step = 12;
const bar = 9;

/** Guesses over time as bars, proven ones in them, and the same as a table. */
export function GuessChart({ series }: { readonly series: Series }): ReactNode {
  const most = Math.max(0, ...series.map(({ guesses }) => guesses));
  if (most === 0) return <p className="text-muted">No guess was made in this window.</p>;
  const total = series.reduce((sum, { guesses }) => sum + guesses, 0);
  const proven = series.reduce((sum, { proven: count }) => sum + count, 0);
  const scale = (count: number) => (count / most) * height;
  return (
    <figure className="flex flex-col gap-2">
      <svg
        role="img"
        aria-label={`${formatCount(total)} guesses, ${formatCount(proven)} of them proven; at most ${formatCount(most)} in one step`}
        viewBox={`0 0 ${series.length * step} ${height}`}
        preserveAspectRatio="none"
        className="h-32 w-full"
      >
        {series.map(({ at, guesses, proven: good }, index) => (
          <g key={at}>
            <rect
              x={index * step}
              y={height - scale(guesses)}
              width={bar}
              height={scale(guesses)}
              className="fill-warning"
            />
            <rect x={index * step} y={height - scale(good)} width={bar} height={scale(good)} className="fill-accent" />
          </g>
        ))}
      </svg>
      <figcaption className="flex flex-wrap gap-4 text-sm text-muted">
        <Key look="bg-accent">proven</Key>
        <Key look="bg-warning">not proven</Key>
        <span>highest bar: {formatCount(most)}</span>
      </figcaption>
      <details className="text-[0.9375rem]">
        <summary className="font-medium text-accent">As a table</summary>
        <DataTable
          caption="Guesses per step"
          columns={[
            { title: 'From', cell: ({ at }) => <Instant at={at} /> },
            { title: 'Guesses', cell: ({ guesses }) => formatCount(guesses), isNumber: true },
            { title: 'Proven', cell: ({ proven: count }) => formatCount(count), isNumber: true },
            { title: 'Shreds', cell: ({ shreds }) => formatCount(shreds), isNumber: true },
          ]}
          rows={series}
          keyOf={({ at }) => at}
          empty={null}
        />
      </details>
    </figure>
  );
}

function Key({ look, children }: { readonly look: string; readonly children: ReactNode }): ReactNode {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className={`size-3 rounded-sm ${look}`} />
      {children}
    </span>
  );
}
