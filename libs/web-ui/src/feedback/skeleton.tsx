import type { ReactNode } from 'react';

export interface SkeletonProps {
  /** Said once to assistive technology in place of the shapes. */
  readonly label: string;
  readonly rows?: number;
}

/** The shape of a list that is on its way. */
export function Skeleton({ label, rows = 3 }: SkeletonProps): ReactNode {
  return (
    <div role="status" className="flex flex-col gap-3">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" className="flex animate-pulse items-center gap-3 motion-reduce:animate-none">
          <span className="size-11 shrink-0 rounded-full bg-sunken" />
          <span className="flex grow flex-col gap-2">
            <span className="h-3.5 w-2/5 rounded bg-sunken" />
            <span className="h-3.5 w-3/5 rounded bg-sunken" />
          </span>
        </div>
      ))}
    </div>
  );
}
