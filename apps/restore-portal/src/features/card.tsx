import type { ReactNode } from 'react';

export interface CardProps {
  /** Id of its heading. */
  readonly id: string;
  readonly title: string;
  readonly icon: ReactNode;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** One subject of a screen, under a heading of its own. */
export function Card({ id, title, icon, lead, children }: CardProps): ReactNode {
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6"
    >
      <div className="flex flex-col gap-1">
        <h2 id={id} className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <span aria-hidden="true" className="text-accent [&_svg]:size-5">
            {icon}
          </span>
          {title}
        </h2>
        {lead !== undefined && <p className="text-[0.9375rem] leading-relaxed text-muted">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
