import type { ReactNode } from 'react';

/** One figure with its name. */
export interface Tile {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  /** `bad` and `watch` are also said in words by `note`. */
  readonly tone?: 'plain' | 'good' | 'watch' | 'bad';
}

const looks = {
  plain: 'border-line',
  good: 'border-success',
  watch: 'border-warning bg-warning-soft',
  bad: 'border-danger bg-danger-soft',
} as const;

/** A row of figures. */
export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }): ReactNode {
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-4">
      {tiles.map(({ name, value, note, tone = 'plain' }) => (
        <div key={name} className={`flex flex-col gap-0.5 rounded-2xl border bg-surface p-4 ${looks[tone]}`}>
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-2xl font-semibold tracking-tight tabular-nums *:whitespace-normal">{value}</dd>
          {note !== undefined && note !== false && <dd className="text-sm text-muted">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
