import type { ReactNode } from 'react';

/** The sign of the project: a coffer with its lid shut. */
export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-8 text-accent">
      <rect x="3" y="6" width="26" height="21" rx="5" fill="currentColor" />
      <path d="M3 15h9.2a4 4 0 0 0 7.6 0H29" fill="none" className="stroke-on-accent" strokeWidth="2" />
      <circle cx="16" cy="14.2" r="2" className="fill-on-accent" />
    </svg>
  );
}
