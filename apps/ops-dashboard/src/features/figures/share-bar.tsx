import type { ReactNode } from 'react';

export interface ShareBarProps {
  readonly part: number;
  readonly whole: number;
  readonly tone?: 'accent' | 'warning' | 'danger' | 'success';
}

const fills = {
  accent: 'fill-accent',
  warning: 'fill-warning',
  danger: 'fill-danger',
  success: 'fill-success',
} as const;

/** How much of a whole something is. Only for the eye: the figure stands beside it. */
export function ShareBar({ part, whole, tone = 'accent' }: ShareBarProps): ReactNode {
  const share = whole === 0 ? 0 : Math.min(1, part / whole);
  return (
    <svg aria-hidden="true" className="h-2 w-full min-w-16" preserveAspectRatio="none" viewBox="0 0 100 8">
      <rect width="100" height="8" rx="2" className="fill-sunken" />
      {/* What is there at all can be seen. */}
      {share > 0 && <rect width={Math.max(1, share * 100)} height="8" rx="2" className={fills[tone]} />}
    </svg>
  );
}
